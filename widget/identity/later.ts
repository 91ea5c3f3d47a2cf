/** Brings what is loaded later still: lazy/challenge.tsx, lazy/forms.tsx, lazy/moderate.tsx. */
import type { Kit } from '../writing/agreement';
import { lent } from '../writing/kit';

/** @throws what import() throws: it has no code, and counts as no connection */
export async function bring<Tools, Made>(name: string, tools: Tools): Promise<Made> {
  // This module is lazy/identity-HASH.js; not every host name is free of that.
  const module: { create(kit: Kit, tools: Tools): Made } = await import(
    import.meta.url.replace(/identity(?!.*\/)/, name)
  );
  return module.create(lent, tools);
}
