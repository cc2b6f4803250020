/** Decided deployments as OSCAL assessment results: one observation each, one finding a control. */
import type { Crypto } from '../ports.ts';
import { coverageLine, coverageOf } from './coverage.ts';
import {
  createResources,
  line,
  metadataOf,
  oscalUuid,
  partyUuid,
  prop,
  type Resources,
  token,
  toolUuid,
  words,
} from './oscal.ts';
import { type ExportContext, type ExportDeployment, type ExportRequest, wasAllowed } from './records.ts';

/**
 * An assessment-results document (OSCAL 1.2) as a JSON value. Nothing to assess is an outcome, not an error: OSCAL
 * demands at least one control.
 */
export async function assessmentResults(
  crypto: Crypto,
  context: ExportContext,
  requests: readonly ExportRequest[],
): Promise<
  { readonly ok: true; readonly document: object } | { readonly ok: false; readonly reason: 'nothing_to_assess' }
> {
  const decided = requests.filter(
    (r): r is ExportDeployment => r.kind === 'deployment' && (r.decidedAt !== null || r.breakGlass !== null),
  );
  const controls = [...new Set(decided.flatMap(({ controls: ids }) => ids))].sort();
  if (controls.length === 0) return { ok: false, reason: 'nothing_to_assess' };
  const resources = createResources(crypto, context);
  const observations: object[] = [];
  const components = new Map<string, object>();
  for (const deployment of decided) {
    const uuid = await componentUuid(crypto, context, deployment);
    components.set(uuid, componentOf(uuid, deployment));
    observations.push(await observationOf(crypto, context, deployment, resources));
  }
  const times = decided.map(({ submittedAt }) => submittedAt).sort();
  const result = {
    uuid: await oscalUuid(crypto, context.origin, 'result', context.root, context.from ?? '', context.to ?? ''),
    title: 'Deployments decided by the AI governance desk',
    description: `Read from the evidence log ${context.origin} under its checkpoint of ${context.size} entries.`,
    start: context.from ?? times[0] ?? context.generatedAt,
    end: context.to ?? context.generatedAt,
    'local-definitions': {
      components: [...components.values()],
      'assessment-assets': {
        'assessment-platforms': [
          { uuid: await toolUuid(crypto, context), title: line(`${context.service.name} ${context.service.version}`) },
        ],
      },
    },
    'reviewed-controls': {
      'control-selections': [{ 'include-controls': controls.map((id) => ({ 'control-id': token(id) })) }],
    },
    observations,
    findings: await findingsOf(crypto, context, decided),
  };
  return {
    ok: true,
    document: {
      'assessment-results': {
        uuid: await oscalUuid(
          crypto,
          context.origin,
          'assessment-results',
          context.root,
          context.from ?? '',
          context.to ?? '',
        ),
        metadata: await metadataOf(crypto, context, 'AI deployment decisions', decided),
        'import-ap': { href: context.planHref },
        results: [result],
        ...resources.backMatter(),
      },
    },
  };
}

function componentUuid(crypto: Crypto, context: ExportContext, deployment: ExportDeployment): Promise<string> {
  return oscalUuid(crypto, context.origin, 'component', deployment.digest);
}

function componentOf(uuid: string, { system, version, digest, endedAt, purpose }: ExportDeployment): object {
  return {
    uuid,
    type: 'software',
    title: line(`${system} ${version}`),
    description: words(purpose),
    props: [prop('artefact-digest', digest), prop('version', version)],
    status: { state: endedAt === null ? 'operational' : 'disposition' },
  };
}

function observationUuid(crypto: Crypto, context: ExportContext, { id }: ExportDeployment): Promise<string> {
  return oscalUuid(crypto, context.origin, 'observation', id);
}

async function observationOf(
  crypto: Crypto,
  context: ExportContext,
  deployment: ExportDeployment,
  resources: Resources,
): Promise<object> {
  const { shortId, votes, evidence, conditions } = deployment;
  const actors: object[] = [{ type: 'assessment-platform', 'actor-uuid': await toolUuid(crypto, context) }];
  for (const { person, role } of votes) {
    const uuid = await partyUuid(crypto, context, person);
    actors.push({ type: 'party', 'actor-uuid': uuid, ...(role === null ? {} : { 'role-id': token(role) }) });
  }
  const relevant: object[] = [
    {
      href: '#',
      description: `Signed entries of the evidence log: indexes ${deployment.entries.join(', ')}.`,
      props: [prop('log-origin', context.origin), ...deployment.entries.slice(0, 100).map((i) => prop('log-index', i))],
    },
  ];
  for (const item of evidence) {
    relevant.push({ href: await resources.add(item, deployment), description: line(item.title, item.kind) });
  }
  return {
    uuid: await observationUuid(crypto, context, deployment),
    title: line(`${shortId}: ${deployment.system} ${deployment.version} to ${deployment.environment}`),
    description: describe(deployment),
    props: [
      prop('request', shortId),
      prop('status', deployment.status),
      prop('environment', deployment.environment),
      prop('break-glass', deployment.breakGlass !== null),
      ...(deployment.tier === null ? [] : [prop('tier', deployment.tier)]),
      ...(deployment.outcome === null ? [] : [prop('outcome', deployment.outcome)]),
      ...(deployment.policySha256 === null ? [] : [prop('policy-sha256', deployment.policySha256)]),
      ...conditions.map(({ id, confirmed }) => prop(confirmed ? 'condition-confirmed' : 'condition-open', id)),
    ],
    methods: ['EXAMINE'],
    types: ['control-objective'],
    origins: [{ actors }],
    subjects: [{ 'subject-uuid': await componentUuid(crypto, context, deployment), type: 'component' }],
    'relevant-evidence': relevant,
    collected: deployment.decidedAt ?? deployment.submittedAt,
    ...(deployment.validUntil === null ? {} : { expires: deployment.validUntil }),
  };
}

function describe({ outcome, breakGlass, votes, conditions }: ExportDeployment): string {
  const lines = [
    breakGlass !== null ? 'Deployed by break-glass, before approval.' : `Decided: ${outcome ?? 'refused'}.`,
  ];
  for (const { person, role, choice, at } of votes)
    lines.push(`${person}${role === null ? '' : ` as ${role}`}: ${choice}, ${at}.`);
  for (const { id, text, dueAt, confirmed } of conditions) {
    lines.push(`Condition ${id}, due ${dueAt}, ${confirmed ? 'confirmed' : 'open'}: ${words(text)}`);
  }
  return lines.join('\n\n');
}

async function findingsOf(
  crypto: Crypto,
  context: ExportContext,
  decided: readonly ExportDeployment[],
): Promise<readonly object[]> {
  const findings: object[] = [];
  for (const coverage of coverageOf(decided.filter(wasAllowed))) {
    const { control, demands, breakGlass, deployments } = coverage;
    const missing = demands.flatMap(({ title, missing: ids }) => ids.map((id) => `${id} without ${title}`));
    const unserved = [...missing, ...breakGlass.map((id) => `${id} by break-glass`)];
    const related: object[] = [];
    for (const deployment of decided.filter(({ shortId }) => deployments.includes(shortId))) {
      related.push({ 'observation-uuid': await observationUuid(crypto, context, deployment) });
    }
    if (related.length === 0) continue;
    findings.push({
      uuid: await oscalUuid(crypto, context.origin, 'finding', control, context.root),
      title: line(`${coverageLine(coverage)}; ${unserved.length === 1 ? '1 gap' : `${unserved.length} gaps`}`),
      description:
        unserved.length === 0 ? 'The evidence that the policy demands was given.' : `${unserved.join('; ')}.`,
      target: {
        type: 'objective-id',
        'target-id': token(control),
        status: { state: unserved.length === 0 ? 'satisfied' : 'not-satisfied' },
      },
      'related-observations': related,
    });
  }
  return findings;
}
