/** Settings of the evidence: anchors, who may read the log, signing in to the pages. */
import { z } from 'zod';

/** One setting that cannot be used, and what to do about it. */
export type ConfigIssue = { readonly name: string; readonly problem: string; readonly remedy: string };

/** Places outside the database that keep checkpoints; null where none is set. */
export type AnchorConfig = {
  /** A folder or git repository. */
  readonly folder: string | null;
  /** An RFC 3161 authority, and the certificate (PEM file) that its answers must be issued under. */
  readonly timeStampUrl: string | null;
  readonly timeStampCa: string | null;
  /** A C2SP witness: its verifier key and submission prefix. */
  readonly witness: { readonly vkey: string; readonly url: string } | null;
};

/** Sign in with Slack (OpenID Connect). */
export type SignInConfig = { readonly clientId: string; readonly clientSecret: string; readonly publicUrl: string };

export type EvidenceConfig = {
  readonly anchors: AnchorConfig;
  readonly signIn: SignInConfig | null;
  /** Whether anybody who reaches the server may read checkpoint and tiles; they hold pseudonyms and hashes. */
  readonly logPublic: boolean;
};

type Field = { readonly schema: z.ZodType; readonly problem: string; readonly remedy: string };

const address = z.url({ protocol: /^https?$/ });

export const EVIDENCE_FIELDS: Readonly<Record<string, Field>> = {
  COUNTERSIGN_TSA_URL: {
    schema: address,
    problem: 'is not the address of a time-stamping authority',
    remedy: 'Give its http or https address (RFC 3161), or leave it unset.',
  },
  COUNTERSIGN_WITNESS: {
    schema: z.string().regex(/^[^+\s]{1,300}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,44}={0,2}$/),
    problem: 'is not the verifier key of a witness',
    remedy: 'Give the key as the witness publishes it: NAME+8 HEX DIGITS+BASE64.',
  },
  COUNTERSIGN_WITNESS_URL: {
    schema: address,
    problem: 'is not an address',
    remedy: 'Give the witness’s submission prefix, the address before /add-checkpoint.',
  },
  COUNTERSIGN_LOG_PUBLIC: {
    schema: z.enum(['0', '1']),
    problem: 'is neither 0 nor 1',
    remedy: 'Set COUNTERSIGN_LOG_PUBLIC=1 to let any tlog client read checkpoint and tiles, or leave it unset.',
  },
  COUNTERSIGN_PUBLIC_URL: {
    schema: address,
    problem: 'is not an address',
    remedy: 'Give the address at which people open this server, such as https://governance.example.com.',
  },
  SLACK_CLIENT_ID: {
    schema: z.string().regex(/^[0-9.]{5,100}$/),
    problem: 'does not look like a client id (digits and a dot)',
    remedy: 'Copy it from the page "Basic Information" of your Slack app.',
  },
  SLACK_CLIENT_SECRET: {
    schema: z.string().min(8).max(200),
    problem: 'is too short for a client secret',
    remedy: 'Copy it from the page "Basic Information" of your Slack app.',
  },
};

type Read = (name: string) => string | null;

/** Reads these settings; what belongs together and is not complete becomes an issue. */
export function readEvidence(read: Read, path: Read, issues: ConfigIssue[]): EvidenceConfig {
  const together = (names: readonly string[], values: readonly (string | null)[], remedy: string): boolean => {
    const missing = names.filter((_, i) => values[i] === null);
    const broken = issues.some(({ name }) => names.includes(name));
    if (missing.length > 0 && missing.length < names.length && !broken) {
      const [name = ''] = missing;
      issues.push({ name, problem: `is missing beside ${names.filter((n) => n !== name).join(' and ')}`, remedy });
    }
    return missing.length === 0;
  };
  const signIn = [read('SLACK_CLIENT_ID'), read('SLACK_CLIENT_SECRET'), read('COUNTERSIGN_PUBLIC_URL')] as const;
  const witness = [read('COUNTERSIGN_WITNESS'), read('COUNTERSIGN_WITNESS_URL')] as const;
  const signInNames = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'COUNTERSIGN_PUBLIC_URL'];
  const canSignIn = together(signInNames, signIn, 'Set all three to open the evidence pages with Slack, or none.');
  const isWitnessed = together(['COUNTERSIGN_WITNESS', 'COUNTERSIGN_WITNESS_URL'], witness, 'Set both, or none.');
  const [clientId, clientSecret, publicUrl] = signIn;
  const [vkey, url] = witness;
  return {
    anchors: {
      folder: path('COUNTERSIGN_ANCHOR_DIR'),
      timeStampUrl: read('COUNTERSIGN_TSA_URL'),
      timeStampCa: path('COUNTERSIGN_TSA_CA_FILE'),
      witness: isWitnessed ? { vkey: vkey ?? '', url: url ?? '' } : null,
    },
    signIn: canSignIn
      ? { clientId: clientId ?? '', clientSecret: clientSecret ?? '', publicUrl: (publicUrl ?? '').replace(/\/$/, '') }
      : null,
    logPublic: read('COUNTERSIGN_LOG_PUBLIC') === '1',
  };
}
