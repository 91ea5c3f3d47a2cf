/** Folders that must be gone when the process is, however it ends (but for SIGKILL). */
import { rmSync } from 'node:fs';

export function removeAtExit(folder: string): string {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
