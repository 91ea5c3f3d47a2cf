/** What smtp.ts and its library use of Node.js, as far as it must be known where there is no Node.js but workerd, which has these. */

declare module 'node:net' {
  export function connect(options: { host: string; port: number }): object;
}

declare module 'node:tls' {
  export function connect(options: { host: string; port: number; servername: string }): object;
}

declare module 'node:events' {
  export class EventEmitter {
    on(event: string, listener: (error: Error) => void): this;
    off(event: string, listener: (error: Error) => void): this;
  }
}

declare namespace NodeJS {
  interface ErrnoException extends Error {
    code?: string;
  }
}
