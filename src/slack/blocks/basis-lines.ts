/** How a deployment stands to the use case and the change envelope it names: the same words on form and card. Pure. */
import { flawsInWords } from '#src/approvals/basis.ts';
import type { DeploymentDocument } from '#src/approvals/document.ts';
import type { BasisFlaws, Terms } from '#src/approvals/types.ts';
import { inline } from './text.ts';

/** One line each; none for what it does not name. */
export function basisLines(
  document: DeploymentDocument,
  { useCase: useCaseFlaws, envelope }: BasisFlaws,
  { lighterQuorum }: Pick<Terms, 'lighterQuorum'>,
): readonly string[] {
  const { useCase, within } = document;
  const words = (flaws: BasisFlaws['useCase']): string => inline(flawsInWords(flaws, document).join('; '), 500);
  const lines: string[] = [];
  if (useCase !== undefined)
    lines.push(
      useCaseFlaws.length === 0
        ? `Inside use case ${useCase}: same purpose, no further data.`
        : `⚠️ Outside use case ${useCase}: ${words(useCaseFlaws)}.`,
    );
  if (within === undefined || envelope === undefined) return lines;
  const { request } = within;
  if (envelope.length > 0)
    lines.push(`⚠️ Outside the envelope of ${request}, so the full quorum decides: ${words(envelope)}.`);
  else if (lighterQuorum === undefined)
    lines.push(`Inside the envelope of ${request}; the policy names no lighter quorum for this tier.`);
  else lines.push(`Inside the envelope of ${request}: the lighter quorum decides.`);
  return lines;
}
