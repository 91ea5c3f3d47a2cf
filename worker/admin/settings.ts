/** A site's settings as stored, JSON in `sites.settings`. What they are, and their safe defaults, contract-settings.ts says. */
import * as v from 'valibot';
import { Settings } from '../contract-settings';

/** As stored: some of the settings, and perhaps what an older hand wrote. */
export type StoredSettings = Record<string, unknown>;

/** @param json as stored; nothing where it cannot be read */
export function readStored(json: string): StoredSettings {
  let stored: unknown;
  try {
    stored = JSON.parse(json);
  } catch {}
  return v.is(v.record(v.string(), v.unknown()), stored) ? stored : {};
}

/** @param json as stored; a value that cannot be read counts as unset, and the others still hold */
export function parseSettings(json: string): Settings {
  const given = readStored(json);
  const readable = Object.entries(Settings.entries).filter(([name, schema]) => v.is(schema, given[name]));
  return v.parse(Settings, Object.fromEntries(readable.map(([name]) => [name, given[name]])));
}
