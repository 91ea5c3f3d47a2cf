/** The words of this module, in the thread's language: one small file a language, loaded next to this module. */
import type { Texts } from '../i18n';
import type { moderate } from '../locales/moderate/en';
import type { Thread } from '../store';
import { texts as writingTexts } from '../writing/kit';

export type ModerateMessages = Texts<typeof moderate>;

const loaded: Record<string, ModerateMessages> = {};

/** @throws when the file cannot come */
export async function loadTexts(s: Thread): Promise<void> {
  const { language } = writingTexts(s);
  // This module is lazy/moderate-HASH.js; not every host name is free of that.
  const file = import.meta.url.replace(/lazy\/moderate(?!.*\/)/, `moderate/${language}`);
  loaded[language] ??= ((await import(file)) as { moderate: ModerateMessages }).moderate;
}

/** There since loadTexts. */
export const texts = (s: Thread): ModerateMessages => loaded[writingTexts(s).language] as ModerateMessages;
