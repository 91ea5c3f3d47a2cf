/** Peak memory of processes, as Linux counts it (VmHWM in /proc); nothing is known of it elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';

/** Peak of a process so far, bytes. Undefined when it is gone, or this is no Linux. */
export function readPeak(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Processes of a name among those that a process has started, and they. */
export function findDescendants(pid: number, name: string): number[] {
  const parents = new Map(
    listProcesses().map((each) => [each, Number(/^PPid:\s+(\d+)$/m.exec(readProc(each, 'status'))?.[1])]),
  );
  const isBelow = (each: number | undefined): boolean =>
    each !== undefined && each > 1 && (each === pid || isBelow(parents.get(each)));
  return [...parents.keys()].filter((each) => isBelow(each) && readProc(each, 'comm').trim() === name);
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
