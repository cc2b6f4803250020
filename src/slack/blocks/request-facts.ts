/** A request's title and its own facts, in words for cards, forms and the command line. Pure. */
import type { Envelope } from '#src/approvals/document.ts';
import { boundLines, measureLines } from '#src/approvals/envelope-form.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { scopeLines } from './scope.ts';
import { capital } from './text.ts';

/** "Deploy credit-scoring 2.1 to production" */
export function titleOf(state: SubmittedState): string {
  const d = state.document;
  if (d.kind === 'deployment') return `Deploy ${d.system} ${d.version} to ${d.environment}`;
  if (d.kind === 'use-case') return `Use case ${d.system}`;
  if (d.kind === 'policy') return `Approval policy: ${d.to.version} in place of ${d.from.version}`;
  return `Exception from ${d.deviatesFrom.join(', ')}${d.systems.length > 0 ? ` for ${d.systems.join(', ')}` : ''}`;
}

/** The request's own facts, one a line. */
export function detailFacts(state: SubmittedState): readonly string[] {
  const d = state.document;
  const answered = (wanted: boolean) =>
    Object.entries(d.answers)
      .filter(([, value]) => value === wanted)
      .map(([key]) => keyWords(key).toLowerCase())
      .sort();
  const answers = [
    ...(answered(true).length > 0 ? [`Answered yes: ${answered(true).join(', ')}`] : []),
    ...(answered(false).length > 0 ? [`Answered no: ${answered(false).join(', ')}`] : []),
  ];
  if (d.kind === 'deployment')
    return [
      `System ${d.system}, version ${d.version}, environment ${d.environment}`,
      d.digest,
      ...answers,
      ...(d.dataClasses === undefined ? [] : [`Data: ${d.dataClasses.join(', ')}`]),
      ...(d.useCase === undefined ? [] : [`Use case ${d.useCase}`]),
      ...(d.within === undefined
        ? []
        : [`Claims the envelope of ${d.within.request}: ${measureLines(d.within.metrics).join(', ')}`]),
      ...(d.envelope === undefined ? [] : [envelopeLine(d.envelope)]),
      ...(d.scope === null ? [] : [`Scope: ${scopeLines(d.scope).join('; ')}`]),
      ...(d.restsOn.length === 0 ? [] : [`Rests on ${d.restsOn.join(', ')}`]),
      ...(d.lastChange === null ? [] : [`Last significant change ${d.lastChange.slice(0, 10)}`]),
    ];
  if (d.kind === 'use-case')
    return [`System ${d.system}`, `Affected: ${d.affected}`, `Data: ${d.dataClasses.join(', ')}`, ...answers];
  if (d.kind === 'policy') return [`${d.from.sha256.slice(0, 16)}… becomes ${d.to.sha256.slice(0, 16)}…`, ...d.changes];
  return [
    `Deviates from ${d.deviatesFrom.join(', ')}`,
    `Systems ${d.systems.join(', ') || 'all'}; environments ${d.environments.join(', ') || 'all'}`,
    ...(d.teams.length === 0 ? [] : [`Teams ${d.teams.join(', ')}`]),
    ...d.compensatingControls.map((c) => `Instead: ${c.text} (due ${c.dueAt.slice(0, 10)})`),
    `Plan: ${d.remediationPlan}`,
    `Residual risk ${d.residualRisk.level}: ${d.residualRisk.text}`,
    `Ends ${d.expiresAt.slice(0, 10)}`,
    ...answers,
  ];
}

/** The bounds that later versions may stay in. */
function envelopeLine({ metrics, environments, until }: Envelope): string {
  return `Envelope for later versions: ${boundLines(metrics).join(', ')}; in ${environments.join(', ')}; until ${until.slice(0, 10)}`;
}

/** `personalData` as a reader says it: "Personal data". */
function keyWords(key: string): string {
  return capital(key.replace(/([A-Z])/g, ' $1').toLowerCase());
}
