/** A site's settings as stored, JSON in `sites.settings`. What they are, and their safe defaults, contract-settings.ts says. */
import * as v from 'valibot';
import { Settings } from '../contract-settings';

/** @param json as stored; a value that cannot be read counts as unset, and the others still hold */
export function parseSettings(json: string): Settings {
  let stored: unknown;
  try {
    stored = JSON.parse(json);
  } catch {}
  const given = v.is(v.record(v.string(), v.unknown()), stored) ? stored : {};
  const readable = Object.entries(Settings.entries).filter(([name, schema]) => v.is(schema, given[name]));
  return v.parse(Settings, Object.fromEntries(readable.map(([name]) => [name, given[name]])));
}
