/** Which transport mail goes out by. */
import type { Bindings } from '../../env';
import type { Outcome } from '../outbox/outcome';
import type { Mail } from './mail';

export interface Mailer {
  /** Never throws: what fails is told. */
  send(mail: Mail): Promise<Outcome>;
  close(): Promise<void>;
}

/** @returns null when MAIL_URL is not set */
export function openMailer(_env: Bindings): Mailer | null {
  return null;
}
