/** Names of standards and frameworks in a sentence about guardrails. */
import { shorten } from './text.ts';

const SSDF = 'Secure Software Development Framework(?: \\(SSDF\\))?';
const NAMES: readonly RegExp[] = [
  /\bNIST (?:SP )?(?:AI )?\d{2,3}-\d+\w*(?: E\d{4})?/g,
  /\bNIST (?:Artificial Intelligence|AI) (?:Risk Management Framework(?: \(RMF\))?|RMF(?: Framework)?)/g,
  new RegExp(`\\bNIST (?:${SSDF}|SSDF)`, 'g'),
  new RegExp(`\\bNational Institute of Standards and Technology \\(NIST\\)(?: ${SSDF})?`, 'g'),
  /\bISO(?:\/IEC)? \d{4,5}(?:[-:]\d+)*/g,
  /\bOWASP (?:LLM \d+: [A-Z][\w ]+|Kubernetes Top Ten|Top \d+(?: for LLM Applications| A\d+:\d{4}-[\w -]+)?)/g,
  /\b(?:General Data Protection Regulation \(GDPR\)|GDPR)/g,
  /\b(?:Cloud Security Alliance \(CSA\) Cloud Controls Matrix \(CCM\)|CSA CCM)/g,
  /\bCIS (?:Controls V\d+|Benchmarks)|\bDISA STIGs(?: Benchmarks)?|\bCNCF Security Whitepaper/g,
];

/** Standards named in a text, as printed, in order; the whole text (shortened) when none is recognised. */
export function standardsIn(text: string): readonly string[] {
  const found = NAMES.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ at: match.index, name: match[0].trim() })),
  );
  const kept = found.filter(
    (one) =>
      !found.some(
        (other) =>
          other !== one &&
          other.at <= one.at &&
          other.at + other.name.length >= one.at + one.name.length &&
          other.name.length > one.name.length,
      ),
  );
  const names = [...new Set(kept.sort((a, b) => a.at - b.at).map((entry) => entry.name))];
  return names.length > 0 ? names : [shorten(text)];
}
