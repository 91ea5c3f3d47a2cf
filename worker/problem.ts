/** The one error that is thrown on purpose. `app.ts` alone turns it into an answer. */
import { ERRORS, type ErrorCode } from './contract';

export class Problem extends Error {
  readonly status: number;
  /**
   * @param code stable, documented in docs/errors.md
   * @param detail one English sentence for whoever reads the answer; never needed to tell errors apart
   */
  constructor(
    readonly code: ErrorCode,
    detail: string = ERRORS[code][1],
    readonly options: { field?: string; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.status = ERRORS[code][0];
  }
}
