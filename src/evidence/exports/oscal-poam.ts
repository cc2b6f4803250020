/** Approved exceptions as an OSCAL plan of action and milestones: a risk with an approved deviation each. */
import type { Crypto } from '../ports.ts';
import { createResources, line, metadataOf, oscalUuid, partyUuid, prop, token, toolUuid, words } from './oscal.ts';
import { type ExportContext, type ExportException, type ExportRequest, wasAllowed } from './records.ts';

/**
 * A plan-of-action-and-milestones document (OSCAL 1.2) as a JSON value. No approved exception is an outcome, not an
 * error: OSCAL demands at least one item.
 */
export async function planOfAction(
  crypto: Crypto,
  context: ExportContext,
  requests: readonly ExportRequest[],
): Promise<
  { readonly ok: true; readonly document: object } | { readonly ok: false; readonly reason: 'no_exceptions' }
> {
  const exceptions = requests.filter((r): r is ExportException => r.kind === 'exception' && wasAllowed(r));
  if (exceptions.length === 0) return { ok: false, reason: 'no_exceptions' };
  const resources = createResources(crypto, context);
  const risks: object[] = [];
  const items: object[] = [];
  for (const exception of exceptions) {
    risks.push(await riskOf(crypto, context, exception));
    items.push(await itemOf(crypto, context, exception));
    for (const item of exception.evidence) await resources.add(item, exception);
  }
  return {
    ok: true,
    document: {
      'plan-of-action-and-milestones': {
        uuid: await oscalUuid(crypto, context.origin, 'poam', context.root, context.from ?? '', context.to ?? ''),
        metadata: await metadataOf(crypto, context, 'Approved exceptions from AI governance controls', exceptions),
        'import-ssp': { href: context.planHref },
        'local-definitions': {
          'assessment-assets': {
            'assessment-platforms': [
              {
                uuid: await toolUuid(crypto, context),
                title: line(`${context.service.name} ${context.service.version}`),
              },
            ],
          },
        },
        risks,
        'poam-items': items,
        ...resources.backMatter(),
      },
    },
  };
}

function riskUuid(crypto: Crypto, context: ExportContext, { id }: ExportException): Promise<string> {
  return oscalUuid(crypto, context.origin, 'risk', id);
}

async function riskOf(crypto: Crypto, context: ExportContext, exception: ExportException): Promise<object> {
  const { id, shortId, deviatesFrom, residualRisk, compensatingControls } = exception;
  const tool = { actors: [{ type: 'assessment-platform', 'actor-uuid': await toolUuid(crypto, context) }] };
  const mitigating: object[] = [];
  for (const [i, control] of compensatingControls.entries()) {
    mitigating.push({
      uuid: await oscalUuid(crypto, context.origin, 'mitigation', id, String(i)),
      description: words(control.text),
      props: [prop('owner', control.owner), prop('due', control.dueAt)],
    });
  }
  return {
    uuid: await riskUuid(crypto, context, exception),
    title: line(`${shortId}: deviation from ${deviatesFrom.join(', ')}`),
    description: words(exception.circumstances),
    statement: words(residualRisk.text),
    props: [
      ...deviatesFrom.map((control) => prop('deviates-from', control)),
      ...exception.systems.map((system) => prop('system', system)),
      ...exception.environments.map((environment) => prop('environment', environment)),
      prop('owner', exception.owner),
      ...(exception.policySha256 === null ? [] : [prop('policy-sha256', exception.policySha256)]),
    ],
    status: exception.endedAt === null ? 'deviation-approved' : 'closed',
    origins: [tool],
    characterizations: [
      {
        origin: tool,
        facets: [{ name: 'residual-risk', system: 'urn:countersign:risk:v1', value: line(residualRisk.level) }],
      },
    ],
    ...(mitigating.length === 0 ? {} : { 'mitigating-factors': mitigating }),
    deadline: exception.validUntil ?? exception.expiresAt,
    remediations: [await remediationOf(crypto, context, exception)],
    'risk-log': { entries: await logOf(crypto, context, exception) },
  };
}

async function remediationOf(crypto: Crypto, context: ExportContext, exception: ExportException): Promise<object> {
  const { id, shortId, remediationPlan, conditions } = exception;
  const start = exception.decidedAt ?? exception.submittedAt;
  const tasks: object[] = [
    {
      uuid: await oscalUuid(crypto, context.origin, 'task', id),
      type: 'milestone',
      title: `Return to the control before ${shortId} expires`,
      timing: { 'within-date-range': { start, end: exception.validUntil ?? exception.expiresAt } },
    },
  ];
  for (const condition of conditions) {
    tasks.push({
      uuid: await oscalUuid(crypto, context.origin, 'task', id, condition.id),
      type: 'action',
      title: line(condition.text, `Condition ${condition.id}`),
      props: [
        prop('owner', condition.owner),
        prop('confirmed', condition.confirmed),
        prop('overdue', condition.overdue),
      ],
      timing: { 'within-date-range': { start, end: condition.dueAt } },
    });
  }
  return {
    uuid: await oscalUuid(crypto, context.origin, 'remediation', id),
    lifecycle: 'planned',
    title: `Accepted until ${exception.validUntil ?? exception.expiresAt}`,
    description: words(remediationPlan),
    props: [{ name: 'type', value: 'accept' }],
    tasks,
  };
}

async function logOf(crypto: Crypto, context: ExportContext, exception: ExportException): Promise<readonly object[]> {
  const { id, votes, decidedAt, decisionIndex, endedAt, outcome } = exception;
  const by: object[] = [];
  for (const { person, role } of votes.filter(({ choice }) => choice.startsWith('approve'))) {
    by.push({
      'party-uuid': await partyUuid(crypto, context, person),
      ...(role === null ? {} : { 'role-id': token(role) }),
    });
  }
  const entry = async (name: string, start: string, status: string, title: string): Promise<object> => ({
    uuid: await oscalUuid(crypto, context.origin, 'risk-log', id, name),
    title,
    start,
    ...(by.length === 0 ? {} : { 'logged-by': by }),
    'status-change': status,
  });
  const entries: object[] = [];
  const index = decisionIndex === null ? '' : `, entry ${decisionIndex} of the evidence log`;
  if (decidedAt !== null)
    entries.push(await entry('decided', decidedAt, 'deviation-approved', `Decided: ${outcome}${index}`));
  if (endedAt !== null) entries.push(await entry('ended', endedAt, 'closed', `Ended: ${exception.status}`));
  if (entries.length === 0)
    entries.push(await entry('submitted', exception.submittedAt, 'deviation-requested', 'Submitted'));
  return entries;
}

async function itemOf(crypto: Crypto, context: ExportContext, exception: ExportException): Promise<object> {
  return {
    uuid: await oscalUuid(crypto, context.origin, 'poam-item', exception.id),
    title: line(`${exception.shortId}: ${exception.deviatesFrom.join(', ')}`),
    description: words(exception.circumstances),
    props: [
      prop('request', exception.shortId),
      prop('status', exception.status),
      ...exception.entries.slice(0, 100).map((i) => prop('log-index', i)),
    ],
    'related-risks': [{ 'risk-uuid': await riskUuid(crypto, context, exception) }],
  };
}
