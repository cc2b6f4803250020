/** For the few commands that commit: the log's keys, and the checkpoint over what was committed. */
import type { Recorder } from '#src/delivery/streams/record.ts';
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import { withOverlap } from '#src/wire/evidence/keys.ts';
import { openRecorder } from '#src/wire/evidence/recorder.ts';
import { openWorkspace } from '#src/wire/workspace.ts';
import type { CliContext } from './context.ts';
import type { Session } from './session.ts';

/** What a command signs with. */
export type Writing = {
  readonly recorder: Recorder;
  /** Signs a checkpoint over everything committed; a running server would only do so at its own next commit. */
  publish(): Promise<void>;
};

/** Opens the log's own keys; none is ever made here. Throws StartRefusedError `keys` or `other_origin`. */
export async function openWriting(context: CliContext, session: Session): Promise<Writing> {
  const { config, stores, crypto, stamp } = session;
  const workspace = await openWorkspace(config, stores, crypto, stamp.workspaceId, context.now);
  const { keys, checkpointKeys } = workspace;
  return {
    recorder: openRecorder(crypto, keys.statement),
    async publish() {
      await integratePending(crypto, stores.evidence);
      await publishCheckpoint(
        crypto,
        withOverlap(crypto, stores.evidence, workspace),
        keys.checkpoint,
        checkpointKeys,
        context.now(),
        workspace.lastSigned,
      );
    },
  };
}
