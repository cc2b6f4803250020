/** The recorder of this program: its random bytes, its ids, its name. */
import { createRecorder, type Recorder } from '#src/delivery/streams/record.ts';
import type { Crypto, Signer } from '#src/evidence/ports.ts';
import { newId, random } from '../ids.ts';
import { SERVICE } from '../version.ts';

/** Makes the recorder that signs with `signer`. */
export function openRecorder(crypto: Crypto, signer: Signer): Recorder {
  return createRecorder({ crypto, signer, randomBytes: random, newId, service: SERVICE });
}
