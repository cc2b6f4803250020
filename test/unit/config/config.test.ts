/** Settings: all problems at once, each with its remedy; a sandbox never opens by accident. */
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#src/config.ts';

const names = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env, '/somewhere');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const issue of error.issues) expect(issue.remedy.length).toBeGreaterThan(10);
    return error.issues.map((issue) => issue.name);
  }
};
const slack = {
  SLACK_BOT_TOKEN: 'xoxb-123-abc',
  SLACK_APP_TOKEN: 'xapp-123-abc',
  COUNTERSIGN_COMMITTEE_CHANNEL: 'C024BE91L',
  COUNTERSIGN_ADMINS: 'U024BE7LH, U024BE7LJ',
};

describe('the settings', () => {
  it('when nothing is set, the sandbox opens on loopback with the built-in database', () => {
    const config = readConfig({}, '/somewhere');
    expect(config).toMatchObject({ port: 3000, host: '127.0.0.1', databaseUrl: null, slack: { kind: 'sandbox' } });
    expect(config.dataDir).toBe('/somewhere/data');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('when several are wrong, all are named at once', () => {
    const wrong = { PORT: 'ninety', DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud', COUNTERSIGN_ADMINS: 'carla' };
    expect(names(wrong)).toEqual(expect.arrayContaining(['PORT', 'DATABASE_URL', 'LOG_LEVEL', 'COUNTERSIGN_ADMINS']));
  });

  it('when a Slack workspace is complete, nothing is missing', () => {
    expect(names(slack)).toEqual([]);
    expect(readConfig(slack, '/somewhere').slack.kind).toBe('socket');
  });

  it('when the bot token is lost, the other Slack settings keep the sandbox closed', () => {
    expect(names({ ...slack, SLACK_BOT_TOKEN: '' })).toContain('SLACK_BOT_TOKEN');
  });

  it('when a database is given without a token, the sandbox has to be asked for', () => {
    const database = { DATABASE_URL: 'postgresql://db/countersign' };
    expect(names(database)).toEqual(['COUNTERSIGN_SANDBOX']);
    expect(names({ ...database, COUNTERSIGN_SANDBOX: '1' })).toEqual([]);
  });

  it('when the sandbox would listen beyond this machine, it is refused', () => {
    expect(names({ HOST: '0.0.0.0' })).toEqual(['HOST']);
  });

  it('when Slack has neither app token nor signing secret, or no committee channel, that is named', () => {
    expect(names({ SLACK_BOT_TOKEN: 'xoxb-123-abc' })).toEqual(
      expect.arrayContaining(['SLACK_SIGNING_SECRET', 'COUNTERSIGN_COMMITTEE_CHANNEL', 'COUNTERSIGN_ADMINS']),
    );
  });

  it('when both Slack and the sandbox are asked for, one has to go', () => {
    expect(names({ ...slack, COUNTERSIGN_SANDBOX: '1' })).toEqual(['COUNTERSIGN_SANDBOX']);
  });
});
