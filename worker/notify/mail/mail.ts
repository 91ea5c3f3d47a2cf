/** A mail as the letters write it and the transports send it. Nothing in it is trusted to be free of line breaks but by who sends it. */

export interface Mail {
  /** The same whenever this mail is sent again, `[\w.-]+`: becomes the left side of Message-ID, and providers' idempotency key. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** What it is part of, as Message-ID's left side: mails of one conversation stand together. */
  thread?: string;
  /** Where one POST ends these mails (RFC 8058). Absent in what was asked for this moment. */
  unsubscribeUrl?: string;
  /** Host of the site: List-Id. */
  list?: string;
}
