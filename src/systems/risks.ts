/** The risk register (POL-2.2; the ISMS guide's steps): one risk is the fold of the stream `risk:<id>`. */
import { z } from 'zod';
import { text } from './fields.ts';

const level = z.int().min(1).max(5);

export const TREATMENTS = ['avoid', 'mitigate', 'transfer', 'accept'] as const;

export const riskSchema = z.strictObject({
  asset: text(200),
  threat: text(400),
  vulnerability: text(400),
  /** 1 (rare) to 5 (almost certain). */
  likelihood: level,
  /** 1 (negligible) to 5 (severe). */
  impact: level,
  treatment: z.enum(TREATMENTS),
  measures: z.string().trim().max(1_000).default(''),
  /** Person who answers for it. */
  owner: text(60),
  /** ISO time by which it is looked at again. */
  reviewBy: z.iso.datetime(),
  systems: z.array(text(120)).max(20).default([]),
  /** Requests and exceptions, by short id. */
  requests: z
    .array(
      z
        .string()
        .trim()
        .toUpperCase()
        .regex(/^[A-Z]{2}-\d{1,9}$/, 'a request such as DR-12'),
    )
    .max(20)
    .default([]),
});
export type RiskFacts = z.infer<typeof riskSchema>;

export type Risk = RiskFacts & {
  readonly id: string;
  readonly status: 'open' | 'closed';
  readonly recordedAt: string;
  readonly reviewedAt: string;
  readonly version: number;
};

export type RiskEvent =
  | { readonly type: 'risk.recorded'; readonly data: { readonly risk: string; readonly facts: RiskFacts } }
  | { readonly type: 'risk.changed'; readonly data: { readonly risk: string; readonly facts: RiskFacts } }
  | { readonly type: 'risk.closed'; readonly data: { readonly risk: string; readonly reason: string } };

const TEXTS = ['asset', 'threat', 'vulnerability', 'measures'].map((field) => `facts.${field}`);
/** Fields that the log hides. */
export const RISK_HIDDEN: Readonly<Record<RiskEvent['type'], readonly string[]>> = {
  'risk.recorded': TEXTS,
  'risk.changed': TEXTS,
  'risk.closed': ['reason'],
};

/** State after one event; null before the first. */
export function applyRisk(state: Risk | null, event: RiskEvent, at: Date): Risk | null {
  const now = at.toISOString();
  if (event.type === 'risk.recorded')
    return { ...event.data.facts, id: event.data.risk, status: 'open', recordedAt: now, reviewedAt: now, version: 1 };
  if (state === null) return null;
  if (event.type === 'risk.changed')
    return { ...state, ...event.data.facts, reviewedAt: now, version: state.version + 1 };
  return { ...state, status: 'closed', version: state.version + 1 };
}

/** What somebody stated about a risk, without what the register adds. */
export function factsOf(risk: Risk): RiskFacts {
  const { id: _id, status: _status, recordedAt: _recorded, reviewedAt: _reviewed, version: _version, ...facts } = risk;
  return facts;
}

/** Likelihood times impact, 1 to 25. */
export function scoreOf(risk: Pick<Risk, 'likelihood' | 'impact'>): number {
  return risk.likelihood * risk.impact;
}

/** Low up to 4, medium up to 11, high from 12. */
export function levelOf(risk: Pick<Risk, 'likelihood' | 'impact'>): 'low' | 'medium' | 'high' {
  const score = scoreOf(risk);
  return score >= 12 ? 'high' : score >= 5 ? 'medium' : 'low';
}

const COLUMNS = [
  'id',
  'status',
  'asset',
  'threat',
  'vulnerability',
  'likelihood',
  'impact',
  'score',
  'level',
  'treatment',
  'measures',
  'owner',
  'review_by',
  'systems',
  'requests',
] as const;

/** The register as CSV (RFC 4180), worst first; `nameOf` gives what stands for a pseudonym. */
export function riskCsv(risks: readonly Risk[], nameOf: (person: string) => string): string {
  const rows = [...risks]
    .sort((a, b) => scoreOf(b) - scoreOf(a) || (a.id < b.id ? -1 : 1))
    .map(
      (risk): Record<(typeof COLUMNS)[number], string | number> => ({
        ...risk,
        score: scoreOf(risk),
        level: levelOf(risk),
        owner: nameOf(risk.owner),
        review_by: risk.reviewBy,
        systems: risk.systems.join('; '),
        requests: risk.requests.join('; '),
      }),
    );
  const lines = [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => csvCell(row[column])).join(','))];
  return `${lines.join('\r\n')}\r\n`;
}

/** A cell that a spreadsheet takes for text: one that begins like a formula gets an apostrophe. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
