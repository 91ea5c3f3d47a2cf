/** A face for everybody: a circle before a ground, both of which follow from the name alone. No request. */
import { h } from 'preact';

export function drawAvatar(name: string, src: string | null) {
  if (src) return <img class="av" src={src} alt="" />;
  let seed = 7;
  for (const char of name) seed = (seed * 31 + (char.codePointAt(0) as number)) % 9973;
  return (
    <svg class="av" viewBox="0 0 8 8">
      <path fill={`hsl(${seed} 36% 77%)`} d="M0 0h8v8H0" />
      <circle fill={`hsl(${seed + 20} 42% 33%)`} cx={seed % 8} cy={1 + (seed % 7)} r="3.5" />
    </svg>
  );
}
