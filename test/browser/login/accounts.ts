/**
 * Who has an account at the identity providers of the tests, and what goes wrong on purpose. The same people everywhere,
 * so that a test can log the same reader in twice; how a provider says it is that provider's business.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Account {
  /** What is typed into the consent page, and the user name there. */
  id: string;
  /** The id where ids are numbers. */
  number: number;
  name: string;
  email: string | null;
  emailVerified: boolean;
  /** The page they name as theirs. */
  website: string | null;
  /** `svg` is one with a script in it, served as if it were a PNG. */
  picture: 'png' | 'svg' | null;
}

/** The one all is well with, whose account the misbehaviours act upon. */
const MARIGOLD: Account = {
  id: 'marigold',
  number: 1001,
  name: 'Marigold',
  email: 'marigold@mail.example',
  emailVerified: true,
  website: 'https://marigold.example/',
  picture: 'png',
};

export const ACCOUNTS: Account[] = [
  MARIGOLD,
  { ...MARIGOLD, id: 'barnaby', number: 1002, name: 'Barnaby', email: 'barnaby@mail.example', emailVerified: false },
  {
    ...MARIGOLD,
    id: 'quill',
    number: 1003,
    name: 'Quill',
    email: null,
    emailVerified: false,
    website: null,
    picture: null,
  },
  {
    id: 'mallory',
    number: 1004,
    name: '<img src=x onerror=alert(1)>\u202eMallory',
    email: 'mallory@mail.example',
    emailVerified: true,
    website: 'javascript:alert(1)',
    picture: 'svg',
  },
  { ...MARIGOLD, id: 'thaddeus', number: 1005, name: 'Thaddeus '.repeat(40), email: 'thaddeus@mail.example' },
];

const FAULTS = ['rate-limited', 'unavailable', 'server-error', 'malformed'] as const;
export type Fault = (typeof FAULTS)[number];

/** Typed as an account name at a stand-in: Marigold logs in, and the answer of one endpoint is that fault. */
export type Misbehaviour = 'expired-code' | `${'token' | 'profile'}-${Fault}`;

const MISBEHAVIOURS: Misbehaviour[] = [
  'expired-code',
  ...FAULTS.flatMap((fault) => [`token-${fault}`, `profile-${fault}`] as const),
];

export const findAccount = (id: string): Account | undefined => ACCOUNTS.find((account) => account.id === id);

/** @param typed what the person entered: an account, or a misbehaviour */
export function findPerson(typed: string): { account: Account; misbehaviour: Misbehaviour | null } | undefined {
  const misbehaviour = MISBEHAVIOURS.find((each) => each === typed) ?? null;
  const account = misbehaviour ? MARIGOLD : findAccount(typed);
  return account && { account, misbehaviour };
}

const PNG = readFileSync(join(import.meta.dirname, 'picture.png'));
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

/** What is served at the address of their picture; the type is always `image/png`. */
export function readPicture({ picture }: Account): Buffer | undefined {
  return { png: PNG, svg: SVG, none: undefined }[picture ?? 'none'];
}
