/** Texts that stand beside the log under salted hashes: only a text that gives its hash is what somebody wrote. */
import { createHash } from 'node:crypto';
import type { Disclosure } from '../ports.ts';

/** A disclosure whose text gives its hash; any other is no better than an erased one. */
export function genuine(disclosure: Disclosure | undefined): Disclosure | undefined {
  if (disclosure === undefined || disclosure.value === null) return disclosure;
  const salted = createHash('sha256').update(Buffer.from(disclosure.salt, 'base64')).update(disclosure.value, 'utf8');
  return salted.digest('hex') === disclosure.hash ? disclosure : { ...disclosure, value: null };
}
