/** The words of this module, in the thread's language: one small file a language, loaded next to this module. */
import type { Texts } from '../i18n';
import type { identity } from '../locales/identity/en';
import type { Thread } from '../store';
import { texts as writingTexts } from '../writing/kit';

export type IdentityMessages = Texts<typeof identity>;

const loaded: Record<string, IdentityMessages> = {};

/** @throws when the file cannot come */
export async function loadTexts(s: Thread): Promise<void> {
  const { language } = writingTexts(s);
  // This module is lazy/identity-HASH.js; not every host name is free of that.
  const file = import.meta.url.replace(/lazy\/identity(?!.*\/)/, `identity/${language}`);
  loaded[language] ??= ((await import(file)) as { identity: IdentityMessages }).identity;
}

/** There since loadTexts. */
export const texts = (s: Thread): IdentityMessages => loaded[writingTexts(s).language] as IdentityMessages;
