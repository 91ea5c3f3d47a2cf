/** A link to an address of the web, beside the console; any other address is only text. */
import type { ComponentChildren } from 'preact';

export function WebLink({ url, children }: { url: string; children?: ComponentChildren }) {
  const text = children ?? <span dir="ltr">{url}</span>;
  if (!/^https?:\/\//i.test(url)) return <span dir="auto">{text}</span>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
      {text}
    </a>
  );
}
