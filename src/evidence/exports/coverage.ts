/** What an auditor asks of a population: which evidence serves a control, does it match reality, and a fair sample. */
import { toHex, utf8 } from '../encoding.ts';
import { EvidenceError } from '../errors.ts';
import type { Crypto } from '../ports.ts';
import { parseCsv } from './csv.ts';
import { type ExportDeployment, type ExportRequest, isServed, type Span, wasAllowed, wasApproved } from './records.ts';

/** Coverage of one control by the deployments that were let through. */
export type ControlCoverage = {
  readonly control: string;
  /** Deployments it applies to, by short id. */
  readonly deployments: readonly string[];
  readonly breakGlass: readonly string[];
  readonly demands: readonly {
    readonly kind: string;
    readonly title: string;
    readonly served: readonly string[];
    readonly missing: readonly string[];
  }[];
  /** Exceptions approved from this control. */
  readonly exceptions: readonly string[];
};

/** Coverage by control, sorted by control id. Deployments that were refused do not count. */
export function coverageOf(requests: readonly ExportRequest[]): readonly ControlCoverage[] {
  // Neither a use case nor a change of the rules lets anything through by itself.
  const allowed = requests.filter((r) => (r.kind === 'deployment' || r.kind === 'exception') && wasAllowed(r));
  const controls = new Set(allowed.flatMap((r) => (r.kind === 'exception' ? r.deviatesFrom : r.controls)));
  return [...controls].sort().map((control) => {
    const deployments = allowed.filter((r) => r.kind === 'deployment' && r.controls.includes(control));
    return {
      control,
      deployments: deployments.map(({ shortId }) => shortId),
      breakGlass: deployments.filter(({ breakGlass }) => breakGlass !== null).map(({ shortId }) => shortId),
      demands: demandsOf(deployments, control),
      exceptions: allowed
        .filter((r) => r.kind === 'exception' && r.deviatesFrom.includes(control))
        .map(({ shortId }) => shortId),
    };
  });
}

function demandsOf(deployments: readonly ExportRequest[], control: string): ControlCoverage['demands'] {
  const byKind = new Map<string, { kind: string; title: string; served: string[]; missing: string[] }>();
  for (const request of deployments) {
    for (const demand of request.demands) {
      if (!demand.serves.includes(control)) continue;
      const row = byKind.get(demand.kind) ?? { kind: demand.kind, title: demand.title, served: [], missing: [] };
      byKind.set(demand.kind, row);
      (isServed(request, demand) ? row.served : row.missing).push(request.shortId);
    }
  }
  return [...byKind.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** One line a control: `AICM-AIS-06: 14 deployments, 13 with a rollback plan, 1 by break-glass`. */
export function coverageLine({ control, deployments, demands, breakGlass, exceptions }: ControlCoverage): string {
  const parts = [`${deployments.length} deployment${deployments.length === 1 ? '' : 's'}`];
  for (const { title, served } of demands) parts.push(`${served.length} with ${withArticle(title)}`);
  if (breakGlass.length > 0) parts.push(`${breakGlass.length} by break-glass`);
  if (exceptions.length > 0) parts.push(`${exceptions.length} exception${exceptions.length === 1 ? '' : 's'}`);
  return `${control}: ${parts.join(', ')}`;
}

/** `Rollback plan`: `a rollback plan`. A word in capitals stays as it is. */
function withArticle(title: string): string {
  const words = /^\p{Lu}\p{Lu}/u.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
  if (/^(an?|the) /.test(words)) return words;
  return `${/^[aeiou]/i.test(words) ? 'an' : 'a'} ${words}`;
}

/** One deployment as another source saw it. `line` counts rows of the CSV from 1, the header included. */
export type SeenDeployment = {
  readonly line: number;
  readonly system: string;
  readonly version: string;
  /** `sha256:<hex>`. */
  readonly digest: string;
  readonly environment: string;
  /** ISO 8601 UTC. */
  readonly time: string;
};

/** How an approval stood at a time; the first is the best. */
const STANDINGS = ['approved', 'by_break_glass', 'while_suspended', 'outside_validity', 'before_approval'] as const;
type Standing = (typeof STANDINGS)[number];

type ReconciledRow = SeenDeployment & {
  readonly result: Standing | 'without_approval';
  /** The approval it was held against. */
  readonly request: string | null;
  /** The digest was approved under another system name or version. */
  readonly otherName: boolean;
};

export type Reconciliation = {
  readonly rows: readonly ReconciledRow[];
  /** Approvals that let none of the rows through, by short id. */
  readonly unused: readonly string[];
};

const COLUMNS = ['system', 'version', 'digest', 'environment', 'time'] as const;

/**
 * Reads a list of deployments: CSV with a header naming system, version, digest, environment and time in any order.
 * Throws `csv_invalid` naming the row.
 */
export function parseDeployments(csv: string): readonly SeenDeployment[] {
  const [header = [], ...rows] = parseCsv(csv.replace(/^\ufeff/, ''));
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) throw new EvidenceError('csv_invalid', `columns missing: ${missing.join(', ')}`);
  return rows.map((row, i) => {
    const cell = (column: (typeof COLUMNS)[number]): string => (row[names.indexOf(column)] ?? '').trim();
    const digest = cell('digest')
      .toLowerCase()
      .replace(/^sha256:/, '');
    const time = new Date(cell('time'));
    if (!/^[0-9a-f]{64}$/.test(digest) || Number.isNaN(time.getTime()) || !/(Z|[+-]\d\d:?\d\d)$/.test(cell('time'))) {
      throw new EvidenceError('csv_invalid', `row ${i + 2}: a sha256 digest and a time with its zone are needed`);
    }
    const rest = { system: cell('system'), version: cell('version'), environment: cell('environment') };
    return { line: i + 2, ...rest, digest: `sha256:${digest}`, time: time.toISOString() };
  });
}

/** Holds deployments from elsewhere against approvals, by digest and environment. */
export function reconcile(seen: readonly SeenDeployment[], requests: readonly ExportRequest[]): Reconciliation {
  const approvals = requests.filter((r): r is ExportDeployment => r.kind === 'deployment' && wasAllowed(r));
  const used = new Set<string>();
  const rows = seen.map((row): ReconciledRow => {
    const [best] = approvals
      .filter((a) => a.digest === row.digest && a.environment.toLowerCase() === row.environment.toLowerCase())
      .map((approval) => ({ approval, result: standingAt(approval, row.time) }))
      .sort((a, b) => STANDINGS.indexOf(a.result) - STANDINGS.indexOf(b.result));
    if (best === undefined) return { ...row, result: 'without_approval', request: null, otherName: false };
    const { approval, result } = best;
    if (result === 'approved' || result === 'by_break_glass') used.add(approval.shortId);
    const otherName = approval.system !== row.system || approval.version !== row.version;
    return { ...row, result, request: approval.shortId, otherName };
  });
  return { rows, unused: approvals.filter(({ shortId }) => !used.has(shortId)).map(({ shortId }) => shortId) };
}

function standingAt(approval: ExportDeployment, time: string): Standing {
  const { breakGlass, decidedAt, suspensions } = approval;
  const approvedAt = wasApproved(approval) ? decidedAt : null;
  if (approvedAt === null || time < approvedAt) {
    if (breakGlass === null || time < breakGlass.from) return 'before_approval';
    return isIn(breakGlass, time) ? 'by_break_glass' : 'outside_validity';
  }
  if (suspensions.some((span) => isIn(span, time))) return 'while_suspended';
  return time <= endOf(approval) ? 'approved' : 'outside_validity';
}

function isIn({ from, to }: Span, time: string): boolean {
  return from <= time && (to === null || time < to);
}

function endOf(approval: ExportDeployment): string {
  return [approval.validUntil, approval.endedAt].filter((time) => time !== null).sort()[0] ?? '9999';
}

/**
 * A sample that anybody can draw again: the `count` ids with the smallest SHA-256(seed || 0x0A || id), in order of that
 * hash. The ids are the population as listed; a different population or seed gives another sample.
 */
export async function drawSample(
  crypto: Crypto,
  ids: readonly string[],
  count: number,
  seed: string,
): Promise<readonly string[]> {
  const ranked: { readonly id: string; readonly rank: string }[] = [];
  for (const id of new Set(ids)) ranked.push({ id, rank: toHex(await crypto.sha256(utf8(`${seed}\n${id}`))) });
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return ranked.slice(0, Math.max(0, count)).map(({ id }) => id);
}
