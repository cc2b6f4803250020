/** The fields of the request form as a reader knows them. Pure. */

const FIELD_WORDS: Readonly<Record<string, string>> = {
  restsOn: 'exceptions it rests on',
  useCase: 'use case',
  dataClasses: 'data',
  within: 'envelope it claims',
  metrics: 'what was measured',
  affected: 'who is affected',
  lastChange: 'last significant change',
  deviatesFrom: 'controls deviated from',
  compensatingControls: 'compensating controls',
  remediationPlan: 'remediation plan',
  residualRisk: 'remaining risk',
  residualRiskLevel: 'residual risk',
  expires: 'end',
};

/** A block's name as a reader knows it. */
export function fieldWord(field: string): string {
  const [group = '', rest = ''] = field.split('.');
  if ((group === 'evidence' || group === 'file') && rest !== '') return `evidence: ${rest.replace(/-/g, ' ')}`;
  if (group === 'answers') return `answer on ${rest.replace(/([A-Z])/g, ' $1').toLowerCase()}`;
  if (group === 'control') return 'compensating controls';
  if (group === 'scope') return 'scope';
  if (group === 'envelope') return 'envelope for later versions';
  return FIELD_WORDS[field] ?? field;
}
