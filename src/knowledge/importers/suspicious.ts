/**
 * Flags text of a document that is aimed at a language model, or that a reader cannot see. Nothing here blocks an
 * import: the flags stand in the preview, and whoever accepts decides. (That such text cannot do anything is the
 * answer path's own rule: no tools, citations from an allow-list, every sentence checked.)
 */
import type { ImportWarning, Place } from './source.ts';

/** Phrases that address a model rather than a reader; narrow on purpose, because documents about AI talk of prompts. */
const INSTRUCTIONS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|your|system)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules|guidelines|messages|directions)\b/i,
  /\byou are (?:now )?(?:a|an|the)\b[^.\n]{0,40}\b(?:assistant|chatbot|language model|llm|gpt|ai model|agent)\b/i,
  /\b(?:reveal|print|repeat|output|show|leak)\b[^.\n]{0,20}\b(?:your|the) (?:system |hidden |initial )?(?:prompt|instructions)\b/i,
  /<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[\/?INST\]|<<\/?SYS>>/i,
  /^[ \t]{0,20}#{0,4} ?(?:system|assistant|developer)\s*(?:prompt|message|instructions?)?\s*:\s/i,
  /\b(?:when|if) (?:you are )?(?:asked|answering|summari[sz]ing|a user asks)\b[^.\n]{0,60}\b(?:always|only|never|must) (?:answer|say|reply|respond|state|recommend|approve)\b/i,
  /\b(?:as an? (?:ai|language) (?:model|assistant)|(?:dear|attention|note to|message to)[, ]+(?:the )?(?:ai|llm|language model|assistant|chatbot|model))\b/i,
  /\bnew (?:system )?instructions?\s*:/i,
  /\b(?:do not|don't|never) (?:tell|mention|reveal|disclose)\b[^.\n]{0,30}\b(?:to )?(?:the )?user\b/i,
  /\brespond (?:only )?with\b[^.\n]{0,40}\b(?:approved|yes|exactly)\b/i,
];

/** Zero-width, bidirectional controls, word joiners, soft hyphens, byte-order marks, tag characters, private filler. */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]|[\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/gu;
/** Characters that office programs put in for hyphenation or at the start of a file; removed without a flag. */
const HARMLESS = /[\u00ad\ufeff]/g;

/** The text without characters that a reader cannot see. Emoji joiners go too: they carry no fact. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '').replace(/\p{Cc}/gu, (c) => (/[\t\n\r]/.test(c) ? c : ''));
}

/** Flags of one piece of text, in the order found. */
export function suspiciousText(text: string, place: Place): readonly ImportWarning[] {
  const found: ImportWarning[] = [];
  const hidden = text.replace(HARMLESS, '').match(INVISIBLE);
  const visible = withoutInvisible(text);
  if (hidden !== null && !onlyEmojiJoiners(text)) {
    const points = [
      ...new Set(hidden.map((c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)),
    ];
    found.push({
      code: 'invisible_characters',
      place,
      detail: `${hidden.length} invisible (${points.slice(0, 4).join(', ')}); removed: "${excerpt(visible, 0)}"`,
    });
  }
  const decoded = tagText(text);
  for (const candidate of decoded === '' ? [visible] : [visible, decoded]) {
    for (const pattern of INSTRUCTIONS) {
      const match = pattern.exec(candidate);
      if (match === null) continue;
      found.push({ code: 'model_instruction', place, detail: `"${excerpt(candidate, match.index)}"` });
      break;
    }
  }
  return found;
}

/** Text hidden in Unicode tag characters (U+E0020 to U+E007E mirror ASCII). */
function tagText(text: string): string {
  let hidden = '';
  for (const c of text) {
    const point = c.codePointAt(0) ?? 0;
    if (point >= 0xe0020 && point <= 0xe007e) hidden += String.fromCharCode(point - 0xe0000);
  }
  return hidden;
}

function onlyEmojiJoiners(text: string): boolean {
  return (
    text
      .replace(/\p{Extended_Pictographic}\ufe0f?(?:\u200d\p{Extended_Pictographic}\ufe0f?)+/gu, '')
      .match(INVISIBLE) === null
  );
}

function excerpt(text: string, index: number): string {
  const from = Math.max(0, index - 20);
  const cut = text
    .slice(from, from + 120)
    .replace(/\s+/g, ' ')
    .trim();
  return `${from > 0 ? '…' : ''}${cut}${text.length > from + 120 ? '…' : ''}`;
}
