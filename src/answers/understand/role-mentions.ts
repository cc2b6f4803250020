/** Role names in a question. */

import { singular } from '#src/knowledge/names.ts';
import type { RoleRegistry } from '#src/knowledge/roles.ts';
import { tokens } from '../text.ts';

/** A role found in a text. */
export type RoleMentioned = {
  /** Canonical name. */
  readonly role: string;
  /** Offsets in the folded text. */
  readonly start: number;
  readonly end: number;
  /** Found by a short form ("compliance") that may as well be a topic. */
  readonly short: boolean;
};

const MAX_WORDS = 7;
/** Spellings that mean a topic more often than a role unless the sentence is clearly about a role. */
const AMBIGUOUS = new Set([
  ...`user ops admin leadership staff management developer dev coder product process business data collection employee
  everyone security risk release deployment platform container it support project team procurement counsel ai committee
  purchasing buyer tester operation development engineering maintenance reporting legal compliance network cloud hardware
  privacy testing qa iss ism isso iso pm exec execs executive executives c-level`.split(/\s+/),
  ...['risk management', 'data management', 'project management', 'product management', 'release management'],
  ...['container management', 'application development', 'system administration', 'data science', 'it support'],
  ...[
    'it governance',
    'model governance',
    'ai model governance',
    'platform support',
    'data collection',
    'ai op',
    'ai ops',
  ],
  ...[
    'data protection',
    'data governance',
    'network security',
    'cloud security',
    'application security',
    'code signing',
  ],
  ...[
    'hardware security',
    'quality assurance',
    'information security',
    'ai security',
    'it security',
    'security operation',
  ],
  ...[
    'c level',
    'c suite',
    'ai development',
    'model development',
    'ai maintenance',
    'ai operation',
    'cybersecurity',
    'business side',
    'ai/ml',
    'ai ml',
  ],
]);

/** Short words people use inside role names. */
const CLIPPED: Readonly<Record<string, string>> = {
  admin: 'administrator',
  sysadmin: 'system administrator',
  dev: 'developer',
  mgr: 'manager',
  mgmt: 'management',
  eng: 'engineer',
  dept: 'department',
  sec: 'security',
  op: 'operation',
  gov: 'governance',
  exec: 'executive',
  arch: 'architect',
};

/** Finds roles, longest names first; overlapping shorter ones are dropped. */
export function rolesIn(registry: RoleRegistry, text: string): readonly RoleMentioned[] {
  const words = tokens(text.slice(0, 2_000));
  const keys = words.map((token) => singular(token.word));
  const long = keys.map((key) => CLIPPED[key] ?? key);
  const found: RoleMentioned[] = [];
  let at = 0;
  while (at < words.length) {
    let step = 1;
    for (let size = Math.min(MAX_WORDS, words.length - at); size > 0; size -= 1) {
      const key = keys.slice(at, at + size).join(' ');
      const whole = long.slice(at, at + size).join(' ');
      const hit = registry.keys.get(key) ?? registry.keys.get(whole);
      const start = words[at]?.start;
      const end = words[at + size - 1]?.end;
      if (hit === undefined || start === undefined || end === undefined) continue;
      found.push({ role: hit.role, start, end, short: hit.short || AMBIGUOUS.has(key) || AMBIGUOUS.has(whole) });
      step = size;
      break;
    }
    at += step;
  }
  return found;
}
