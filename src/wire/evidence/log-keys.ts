/** What reports and exports say about the log's keys. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#src/config.ts';
import { formatVerifierKey } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore } from '#src/evidence/ports.ts';

/** The log's verifier keys that the database records, retired ones too, the one in use last. */
export async function vkeysOf(
  crypto: Crypto,
  origin: string,
  store: Pick<EvidenceStore, 'readKeys'>,
): Promise<readonly string[]> {
  const keys = (await store.readKeys()).filter(({ purpose }) => purpose === 'checkpoint');
  return Promise.all(keys.map(({ publicKey }) => formatVerifierKey(crypto, origin, publicKey)));
}

/** Who can reach the signing keys, in words: no claim is stronger than that. */
export function keysReachableBy(config: Pick<Config, 'dataDir' | 'signingKeyFile' | 'checkpointKeyFile'>): string {
  const folder = join(config.dataDir, 'keys');
  const given = [config.signingKeyFile, config.checkpointKeyFile].filter((path) => path !== null);
  const places = given.length === 2 ? given : [folder, ...given];
  return `whoever may read ${places.join(' and ')} on the server (files of mode 0600), its administrators included; here user ${userInfo().username}`;
}
