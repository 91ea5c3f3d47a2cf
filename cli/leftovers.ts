/** Files and folders that must be gone when the process is, however it ends (but for SIGKILL). */
import { rmSync } from 'node:fs';

export function removeAtExit(path: string): string {
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}
