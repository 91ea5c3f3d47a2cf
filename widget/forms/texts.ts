/** The words of this module, in the thread's language: one small file a language, loaded next to this module. */
import type { Texts } from '../i18n';
import type { forms } from '../locales/forms/en';
import type { Thread } from '../store';
import { texts as writingTexts } from '../writing/kit';

export type FormsMessages = Texts<typeof forms>;

const loaded: Record<string, FormsMessages> = {};

/** @throws when the file cannot come */
export async function loadTexts(s: Thread): Promise<void> {
  const { language } = writingTexts(s);
  // This module is lazy/forms-HASH.js; not every host name is free of that.
  const file = import.meta.url.replace(/lazy\/forms(?!.*\/)/, `forms/${language}`);
  loaded[language] ??= ((await import(file)) as { forms: FormsMessages }).forms;
}

/** There since loadTexts. */
export const texts = (s: Thread): FormsMessages => loaded[writingTexts(s).language] as FormsMessages;
