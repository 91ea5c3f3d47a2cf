/** English for writing, apart from the composer: who writes in another language has it in that language's file. */
export { compose } from '../locales/en';
