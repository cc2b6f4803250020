/**
 * A change envelope: bounds, approved with a full quorum, within which a new version is no new question. Inside it the
 * lighter quorum that the policy names suffices; one step outside, and the full one decides. Closed by default: what
 * the envelope does not mention, or the version does not state, is outside.
 */
import { z } from 'zod';
import { sameName } from './names.ts';

const text = z.string().trim().min(1).max(120);
const metric = z.string().regex(/^[a-z][a-z0-9_.-]{0,59}$/, 'a metric such as f1 or false_positive_rate');

export const envelopeSchema = z.strictObject({
  /** Request whose full quorum approved it. */
  request: text,
  purpose: z.string().trim().min(1).max(1_500),
  dataClasses: z.array(text).min(1).max(20),
  environments: z.array(text).min(1).max(20),
  metrics: z
    .record(metric, z.strictObject({ min: z.number().nullable(), max: z.number().nullable() }))
    .refine((value) => Object.keys(value).length >= 1 && Object.keys(value).length <= 20, '1 to 20 metrics'),
  /** ISO time. */
  until: z.iso.datetime(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** What a new version states about itself. */
export type VersionClaims = {
  readonly purpose: string;
  readonly dataClasses: readonly string[];
  readonly environment: string;
  readonly metrics: Readonly<Record<string, number>>;
};

export type EnvelopeBreach =
  | { readonly code: 'ended'; readonly what: string }
  | { readonly code: 'purpose' | 'environment'; readonly what: string }
  | { readonly code: 'data_class'; readonly what: string }
  | { readonly code: 'metric_missing' | 'metric_out_of_bounds'; readonly what: string };

/** Everything in which a version leaves the envelope; empty: it is inside. */
export function breachesOf(envelope: Envelope, version: VersionClaims, now: Date): readonly EnvelopeBreach[] {
  const breaches: EnvelopeBreach[] = [];
  if (now.getTime() > Date.parse(envelope.until)) breaches.push({ code: 'ended', what: envelope.until });
  if (!sameName(version.purpose, envelope.purpose)) breaches.push({ code: 'purpose', what: 'purpose' });
  if (!envelope.environments.some((one) => sameName(one, version.environment)))
    breaches.push({ code: 'environment', what: version.environment });
  for (const dataClass of version.dataClasses)
    if (!envelope.dataClasses.some((one) => sameName(one, dataClass)))
      breaches.push({ code: 'data_class', what: dataClass });
  for (const [name, { min, max }] of Object.entries(envelope.metrics)) {
    const value = version.metrics[name];
    if (value === undefined || !Number.isFinite(value)) breaches.push({ code: 'metric_missing', what: name });
    else if ((min !== null && value < min) || (max !== null && value > max))
      breaches.push({ code: 'metric_out_of_bounds', what: name });
  }
  return breaches;
}
