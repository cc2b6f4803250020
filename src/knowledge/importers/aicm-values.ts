/** Values of the AI Controls Matrix as its pages, workbook and CSV print them: ids, owners, references, releases. */
import type { SsrmActor } from '../schema.ts';
import { ImportError } from './errors.ts';
import { squeeze } from './text.ts';

/** Domain codes and names of the matrix (18). */
const AICM_DOMAINS: ReadonlyMap<string, string> = new Map([
  ['A&A', 'Audit and Assurance'],
  ['AIS', 'Application and Interface Security'],
  ['BCR', 'Business Continuity Management and Operational Resilience'],
  ['CCC', 'Change Control and Configuration Management'],
  ['CEK', 'Cryptography, Encryption and Key Management'],
  ['DCS', 'Datacenter Security'],
  ['DSP', 'Data Security and Privacy Lifecycle Management'],
  ['GRC', 'Governance, Risk and Compliance'],
  ['HRS', 'Human Resources'],
  ['I&S', 'Infrastructure Security'],
  ['IAM', 'Identity and Access Management'],
  ['IPY', 'Interoperability and Portability'],
  ['LOG', 'Logging and Monitoring'],
  ['MDS', 'Model Security'],
  ['SEF', 'Security Incident Management, E-Discovery and Cloud Forensics'],
  ['STA', 'Supply Chain Management, Transparency and Accountability'],
  ['TVM', 'Threat and Vulnerability Management'],
  ['UEM', 'Universal Endpoint Management'],
]);

const CONTROL = new RegExp(
  `(?<![A-Za-z0-9&])(?:AICM[-\\s])?(${[...AICM_DOMAINS.keys()].join('|')})[-‐–\\s.]?(\\d{1,2})(?![\\d.])`,
  'g',
);

/** Item id of a control as written (`GRC-05`, `AICM-GRC-05`, `A&A 1`); null when it is none. */
export function controlId(text: string): string | null {
  const match = new RegExp(`^${CONTROL.source}$`, 'i').exec(squeeze(text));
  return match === null ? null : `AICM-${(match[1] ?? '').toUpperCase()}-${(match[2] ?? '').padStart(2, '0')}`;
}

/** Item ids of all controls a text mentions, each once, in order. */
export function controlMentions(text: string): readonly string[] {
  return [
    ...new Set([...text.matchAll(CONTROL)].map((match) => `AICM-${match[1]}-${(match[2] ?? '').padStart(2, '0')}`)),
  ];
}

/** `Governance, Risk and Compliance (GRC)` for an item id; undefined for a domain that is not known. */
export function chapterOf(itemId: string): string | undefined {
  const domain = /^AICM-([A-Z&]+)-/.exec(itemId)?.[1] ?? '';
  const name = AICM_DOMAINS.get(domain);
  return name === undefined ? undefined : `${name} (${domain})`;
}

const ACTOR_NAMES: readonly (readonly [RegExp, SsrmActor])[] = [
  [/cloud service provider/i, 'CSP'],
  [/orchestrated service provider/i, 'OSP'],
  [/model provider/i, 'MP'],
  [/application provider/i, 'AP'],
  [/(?:ai )?customer/i, 'AIC'],
];

export type OwnerReading =
  | { readonly ok: true; readonly owners: SsrmActor[]; readonly shared: boolean }
  | { readonly ok: false; readonly reason: 'unreadable' };

/**
 * Owners of one layer: `Shared Cloud Service Provider-Model Provider (Shared CSP-MP)`, `Owned by the Customer (AIC)`,
 * `MP`. Blank means that the source states none.
 */
export function readOwners(value: string): OwnerReading {
  const text = squeeze(value);
  if (text === '' || /^(?:n\/?a|not applicable|none|-)$/i.test(text)) return { ok: true, owners: [], shared: false };
  const inBrackets = [...text.matchAll(/\(([^()]*)\)/g)].at(-1)?.[1];
  const owners = actorsIn(inBrackets ?? text);
  const found = owners.length > 0 ? owners : actorsIn(text);
  if (found.length === 0) return { ok: false, reason: 'unreadable' };
  return { ok: true, owners: found, shared: found.length > 1 };
}

function actorsIn(text: string): SsrmActor[] {
  const codes = text.match(/\b(?:CSP|OSP|MP|AP|AIC)\b/g);
  if (codes !== null) return [...new Set(codes as SsrmActor[])];
  const named = ACTOR_NAMES.map(([pattern, actor]) => ({ actor, at: text.search(pattern) }));
  return named
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ actor }) => actor);
}

/** Releases whose number is known; two of them call themselves "v1.1". */
const RELEASES = ['1.0.3', '1.1.0', '1.1.1'];

/**
 * The release a text names. A short number that fits two releases is refused: 54 ids changed their meaning between
 * releases, so a guess would put evidence under the wrong text.
 * @throws ImportError `ambiguous_version`
 */
export function aicmRelease(text: string, file: string): string {
  const number = /(\d+(?:\.\d+){0,2})/.exec(text)?.[1];
  if (number === undefined) return squeeze(text);
  if (number.split('.').length === 3) return number;
  const fits = RELEASES.filter((release) => release.startsWith(`${number}.`));
  const only = fits.length === 1 ? fits[0] : undefined;
  if (only !== undefined) return only;
  throw new ImportError('ambiguous_version', {
    file,
    detail: `"${squeeze(text)}" does not name one release${fits.length > 1 ? `: ${fits.join(' and ')} both call themselves that` : ''}.`,
    remedy: `Say which with --version, e.g. --version ${fits.at(-1) ?? '1.1.1'}.`,
  });
}
