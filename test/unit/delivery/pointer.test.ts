/** Questions about the desk itself are pointed to a command; questions about governance never are. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pointerFor, pointerWords } from '#src/delivery/answers/pointer.ts';

const pointed = (question: string) => pointerFor({ question, reason: null })?.to ?? null;

describe('is pointed to what does it', () => {
  test.each([
    ['How do I request a deployment?', 'deployment'],
    ['hi, how can I deploy a new model version to production?', 'deployment'],
    ['How do I get approval to deploy a model', 'deployment'],
    ['How do I ask for an exception?', 'exception'],
    ['can I request an exception from POL-4.3?', 'exception'],
    ['where do I submit a use case?', 'use_case'],
    ['what is the status of DR-1?', 'request'],
    ['what requests are open?', 'open_requests'],
    ['who is on the committee?', 'roles'],
    ['how do I vote?', 'vote'],
    ['how do I upload evidence for my request?', 'evidence_file'],
    ['how do I report an incident?', 'incident'],
    ['how do I suspend a model?', 'stop'],
    ['how can I verify the evidence log?', 'verify'],
  ])('%s', (question, to) => expect(pointed(question)).toBe(to));

  test('with the id of the request, however it is written', () => {
    const pointer = pointerFor({ question: 'is dr-12 approved yet', reason: 'not_in_documents' });
    expect(pointer).toEqual({ to: 'request', shortId: 'DR-12' });
    expect(pointer === null ? '' : pointerWords(pointer)).toContain('`/governance show DR-12`');
  });
});

describe('is left alone', () => {
  test.each([
    'who approves a deployment?',
    'what do I need in place to deploy a model?',
    'how do we handle exceptions?',
    'how should incidents be reported to the regulator?',
    'who has to report incidents?',
    'what does the policy say about suspending models?',
    'how do I verify that a model is robust?',
    'how do I report metrics to management?',
    'how do I submit to authority',
    'who is accountable for the committee?',
    `how do I request ${'a '.repeat(400)}deployment?`,
  ])('%s', (question) => expect(pointed(question)).toBeNull());

  test('what the answer points to by itself', () => {
    expect(pointerFor({ question: 'please approve DR-12', reason: 'request_to_act' })).toBeNull();
  });

  test('every question of the evaluations, but those about a request or who sits on the committee', () => {
    const folder = new URL('../../evals/', import.meta.url);
    const questions = readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
      .map((line) => (JSON.parse(line) as { question: string }).question);
    expect(questions.length).toBeGreaterThan(2_000);
    const other = questions.filter((question) => pointed(question) !== null && !/[DE][RX]-\d|committee/.test(question));
    expect(other).toEqual([]);
  });
});
