/** What bots of a flood post, from which address: each text a little different, and the same every time. */
const OPENINGS = [
  'Amazing offer',
  'Earn money from home',
  'Dear friend',
  'Great article',
  'Hot deals today',
  'Limited time',
];
const GOODS = ['watches', 'casino chips', 'loans', 'followers', 'pills', 'replica bags', 'crypto signals', 'essays'];
const ENDINGS = ['click here', 'order now', 'visit my page', 'write to me', 'no risk at all', 'only this week'];

export interface Bot {
  body: string;
  name: string;
  address: string;
}

/** @param n which one of the flood @param addresses how many machines it comes from, 2,000 at most */
export function botOf(n: number, addresses: number): Bot {
  const pick = (list: string[], step: number) => list[(n * step + Math.floor(n / list.length)) % list.length]!;
  const machine = n % addresses;
  return {
    body: `${pick(OPENINGS, 5)}! ${pick(GOODS, 3)} ${n.toString(36)}: ${pick(ENDINGS, 7)} https://shop${n % 97}.example/${n}`,
    name: `${pick(GOODS, 11)} ${machine}`,
    address: `198.${18 + (machine >> 8)}.${machine & 255}.${(machine * 7) % 250}`,
  };
}
