/** What lazy/identity.tsx lends, in reach of all files of this module. */
import type { Tools } from './agreement';

export let ask: Tools[0];
export let sayWhy: Tools[1];
export let eachThread: Tools[2];
export let openBelow: Tools[3];
export let closeBelow: Tools[4];
export let drawPending: Tools[5];
export let rowOf: Tools[6];
export let redrawRow: Tools[7];
export let loginOf: Tools[8];
export let logIn: Tools[9];
export let startLogin: Tools[10];
export let sayBelow: Tools[11];

export function useTools(tools: Tools): void {
  [
    ask,
    sayWhy,
    eachThread,
    openBelow,
    closeBelow,
    drawPending,
    rowOf,
    redrawRow,
    loginOf,
    logIn,
    startLogin,
    sayBelow,
  ] = tools;
}
