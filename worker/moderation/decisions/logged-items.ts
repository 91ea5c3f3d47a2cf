/**
 * What items of the log must look like to be taken back, by the action they are of. A log may have been restored from a file that
 * somebody wrote by hand: what is none of these is left alone. Pure.
 */
import * as v from 'valibot';
import { Status } from '../../contract';
import type { Action } from '../../contract-admin';
import type { Item } from './undo-table';

const item = (state: v.GenericSchema) => v.object({ id: v.string(), before: state, after: state });
/** Of a Date: JavaScript knows no later moment. */
const Ms = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8_640_000_000_000_000));
const Text = v.nullable(v.string());

const status = item(v.object({ status: Status, decision: Text }));
/** Both sides null: the comment is gone, and what it said with it. */
const words = v.union([
  item(v.null()),
  item(
    v.pipe(
      v.strictObject({
        body: v.optional(v.string()),
        editedAt: v.optional(v.nullable(Ms)),
        name: v.optional(v.string()),
        url: v.optional(Text),
      }),
      v.check((sides) => Object.keys(sides).length > 0),
    ),
  ),
]);
const pin = item(v.object({ pinned: Text }));
const lock = item(v.object({ locked: v.boolean() }));
const branch = item(v.object({ page: v.string() }));
const ban = item(
  v.nullable(
    v.object({
      kind: v.picklist(['author', 'ip', 'network', 'cidr', 'email', 'domain']),
      value: v.string(),
      label: v.string(),
      silent: v.picklist([0, 1]),
      reason: Text,
      created_at: Ms,
      expires_at: v.nullable(Ms),
    }),
  ),
);
const attack = item(v.object({ attackUntil: Ms }));

const ITEMS: Partial<Record<Action, v.GenericSchema>> = {
  approve: status,
  hold: status,
  spam: status,
  trash: status,
  restore: status,
  edit: words,
  pin,
  unpin: pin,
  lock,
  unlock: lock,
  move: branch,
  ban,
  unban: ban,
  'page.lock': lock,
  'page.unlock': lock,
  'page.rename': item(v.object({ title: Text })),
  'page.move': item(v.object({ key: v.string(), url: v.string(), alias: Text })),
  // Its address, and then its branches.
  'page.merge': v.union([item(v.object({ into: Text, aliases: v.array(v.string()) })), branch]),
  'site.change': item(
    v.object({ name: v.string(), origins: v.array(v.string()), settings: v.record(v.string(), v.unknown()) }),
  ),
  'attack.on': attack,
  'attack.off': attack,
};

/** @param stored as in decisions.items @returns those that can be taken back */
export function readItems(action: Action, stored: string): Item[] {
  const schema = ITEMS[action];
  const items: unknown = JSON.parse(stored);
  return Array.isArray(items) && schema ? items.filter((one): one is Item => v.is(schema, one)) : [];
}
