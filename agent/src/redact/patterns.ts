/**
 * What secrets and personal data look like in free text. Every pattern takes time linear in the text, whatever the text
 * is: what repeats without bound begins only where a run of its characters begins, or behind a word that cannot be part of
 * the run's failure, so no run is walked again from each of its characters; everything else repeats a bounded number of
 * times. What a pattern cannot know (a password in the middle of a sentence) leaves the node.
 */

export interface Pattern {
  readonly name: PatternName;
  /**
   * With the flag `g`. What stands in the group `keep`, before the secret, stays, so that a line still tells what was in
   * it; the rest of a match is replaced.
   */
  readonly expression: RegExp;
  /** For expressions that match too much: how many characters of a candidate are the secret; 0: it is none. */
  readonly measure?: (candidate: string) => number;
}

export const PATTERN_NAMES = [
  'private-key',
  'url-password',
  'jwt',
  'aws-access-key',
  'github-token',
  'gitlab-token',
  'slack-token',
  'stripe-key',
  'google-api-key',
  'cookie',
  'credentials',
  'secret',
  'email',
  'credit-card',
  'iban',
] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** What stands in the place of a secret. */
export const replacementOf = (name: PatternName): string => `[redacted:${name}]`;

const NOT_REDACTED = String.raw`(?!\[redacted:)`;
const WORD_BEGINS = '(?<![A-Za-z0-9])';
const WORD_ENDS = '(?![A-Za-z0-9])';

/** From the name of a value to the value: `=`, `: `, `":"`, also in JSON that stands in JSON. */
const ASSIGNS = String.raw`\\{0,7}["']?\s{0,4}(?:=>|:=|=(?!>)|:(?!=))\s{0,4}(?:\\{0,7}["'])?`;

/** Ends of the names that secrets have in settings, fields and headers. Short ones must be words of their own. */
const SECRET_NAMES = [
  'passw(?:or)?d',
  'passphrase',
  'secret',
  '(?:secret|access|private|encryption|signing|account)[_-]?key',
  'api[_ -]?key',
  'token',
  'credentials?',
  'session[_-]?id',
  `${WORD_BEGINS}(?:pwd|cvv|cvc|ssn)`,
  `${WORD_BEGINS}(?:pass|pin)(?==)`,
].join('|');

/** What stands for no value. */
const NOTHING = String.raw`(?!(?:null|nil|none|undefined|true|false|\*+)(?:[\s,;)}\]"'&]|$))`;

/** A value up to the quote that closes it, if one opened it; else up to a blank or "&", without punctuation behind it. */
const SECRET_VALUE = [
  String.raw`(?<=\\["'])(?:[^"'\\]|\\[^"'])+`,
  String.raw`(?<=(?<!\\)")(?:[^"\\]|\\[^])+`,
  String.raw`(?<=(?<!\\)')(?:[^'\\]|\\[^])+`,
  String.raw`(?<!["'])(?!\\{0,8}["'])[^\s"'&]*[^\s"'&,;)}\]]`,
].join('|');

export const PATTERNS: readonly Pattern[] = [
  {
    // RFC 7468, and OpenPGP's "PRIVATE KEY BLOCK". Without its end it goes to the end of the text.
    name: 'private-key',
    expression:
      /-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,64}-----|$)/g,
  },
  {
    // The password of a URL's userinfo (RFC 3986 section 3.2.1), also where "@" stands in it unencoded.
    name: 'url-password',
    expression: new RegExp(
      String.raw`(?<keep>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s\/"'@:]{0,128}:)${NOT_REDACTED}[^\s\/"']{1,256}(?=@)`,
      'gi',
    ),
  },
  {
    // RFC 7519: "eyJ" is how base64url writes the begin of a JSON object. Three parts, five if encrypted.
    name: 'jwt',
    expression: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}/g,
  },
  {
    // AWS: prefixes of access keys (AKIA), temporary ones (ASIA), bearer tokens and context-specific credentials.
    name: 'aws-access-key',
    expression: new RegExp(`${WORD_BEGINS}(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}${WORD_ENDS}`, 'g'),
  },
  {
    name: 'github-token',
    expression: new RegExp(`${WORD_BEGINS}(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`, 'g'),
  },
  {
    name: 'gitlab-token',
    expression: new RegExp(`${WORD_BEGINS}gl(?:pat|ptt|dt|rt|cbt|soat)-[A-Za-z0-9_-]{20,}`, 'g'),
  },
  {
    name: 'slack-token',
    expression: new RegExp(
      `${WORD_BEGINS}(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,})`,
      'g',
    ),
  },
  {
    // An incoming webhook: who knows its path may post.
    name: 'slack-token',
    expression: /(?<keep>hooks\.slack\.com\/services\/)[A-Za-z0-9]{1,32}\/[A-Za-z0-9]{1,32}\/[A-Za-z0-9]+/g,
  },
  {
    name: 'stripe-key',
    expression: new RegExp(`${WORD_BEGINS}[rs]k_(?:live|test)_[A-Za-z0-9]{10,}`, 'g'),
  },
  {
    name: 'google-api-key',
    expression: new RegExp(`${WORD_BEGINS}AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])`, 'g'),
  },
  {
    // A header of pairs (RFC 6265), up to its quote or the end of the line.
    name: 'cookie',
    expression: new RegExp(
      String.raw`(?<keep>${WORD_BEGINS}(?:set-)?cookie2?${ASSIGNS})[^\s=;"']{1,128}=[^\r\n"']*`,
      'gi',
    ),
  },
  {
    // Schemes of one token (RFC 9110 section 11.4).
    name: 'credentials',
    expression: new RegExp(
      String.raw`(?<keep>authorization${ASSIGNS}(?:basic|bearer|negotiate|ntlm|token|apikey)\s{1,4})${NOT_REDACTED}[^\s"',]+`,
      'gi',
    ),
  },
  {
    // Schemes of parameters, which may be quoted: the rest of the line.
    name: 'credentials',
    expression: new RegExp(
      String.raw`(?<keep>authorization${ASSIGNS}(?:digest|aws4-hmac-sha256|oauth|hawk)\s)${NOT_REDACTED}[^\r\n]+`,
      'gi',
    ),
  },
  {
    // No scheme that is known; what is shorter is rather a word of a sentence.
    name: 'credentials',
    expression: new RegExp(String.raw`(?<keep>authorization${ASSIGNS})${NOT_REDACTED}[^\s"',]{16,}`, 'gi'),
  },
  {
    name: 'credentials',
    expression: new RegExp(String.raw`(?<keep>${WORD_BEGINS}bearer\s{1,4})[A-Za-z0-9._~+\/=-]{8,}`, 'gi'),
    measure: (token) => (/\d/.test(token) || token.length >= 20 ? token.length : 0),
  },
  {
    // RFC 7617: base64 of "user:password".
    name: 'credentials',
    expression: new RegExp(String.raw`(?<keep>${WORD_BEGINS}basic\s{1,4})[A-Za-z0-9+\/]{4,}={0,2}`, 'gi'),
    measure: (token) => (Buffer.from(token, 'base64').includes(0x3a) ? token.length : 0),
  },
  {
    name: 'secret',
    expression: new RegExp(
      `(?<keep>(?:${SECRET_NAMES})\\d{0,3}${ASSIGNS})${NOT_REDACTED}${NOTHING}(?:${SECRET_VALUE})`,
      'gi',
    ),
  },
  {
    // The same as an element of XML.
    name: 'secret',
    expression: new RegExp(`(?<keep><[^\\s<>]{0,64}(?:${SECRET_NAMES})>)${NOT_REDACTED}[^<]+`, 'gi'),
  },
  {
    // Not all that RFC 5322 allows, but what people have; "icon@2x.png" is a file.
    name: 'email',
    expression:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@(?!\dx\.)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
  },
  {
    // Lengths and first digits of the large schemes (ISO/IEC 7812), in one piece or in the groups printed on the card.
    name: 'credit-card',
    expression:
      /(?<![\w.])(?:4\d{12}(?:\d{3}){0,2}|[256]\d{15}|3\d{13,14}|[2456]\d{3}(?<gap>[ -])\d{4}\k<gap>\d{4}\k<gap>\d{4}|3\d{3}(?<space>[ -])\d{6}\k<space>\d{4,5})(?!\w)/g,
    measure: (number) => (isLuhn(number) ? number.length : 0),
  },
  {
    // ISO 13616, in one piece or in groups of four. What follows in capitals looks like one more group.
    name: 'iban',
    expression: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
    measure: ibanLength,
  },
];

/** The check digit of ISO/IEC 7812: every second digit from the right counts twice, with its digits added up. */
function isLuhn(number: string): boolean {
  let sum = 0;
  let isSecond = false;
  for (let i = number.length - 1; i >= 0; i--) {
    const digit = number.charCodeAt(i) - ZERO;
    if (digit < 0) continue; // What separates groups stands before the digits in ASCII.
    const counted = isSecond ? 2 * digit : digit;
    sum += counted > 9 ? counted - 9 : counted;
    isSecond = !isSecond;
  }
  return sum % 10 === 0;
}

const MIN_IBAN_CHARACTERS = 15;

/**
 * Characters of the longest begin of `text`, cut at blanks, that is an IBAN; 0: none is. The check is ISO 7064 MOD 97-10
 * over the account with country and check digits behind it.
 */
function ibanLength(text: string): number {
  const country = text.slice(0, 4);
  let length = 0;
  let nCharacters = country.length;
  let remainder = 0;
  for (let i = country.length; i <= text.length; i++) {
    const character = text[i] ?? ' ';
    if (character !== ' ') {
      remainder = mod97(remainder, character);
      nCharacters++;
    } else if (nCharacters >= MIN_IBAN_CHARACTERS && mod97(remainder, country) === 1) length = i;
  }
  return length;
}

/** The remainder with further characters behind it: digits count as themselves, letters from A = 10 as two digits. */
function mod97(remainder: number, characters: string): number {
  let result = remainder;
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    result = (code < A ? 10 * result + code - ZERO : 100 * result + code - A + 10) % 97;
  }
  return result;
}

const ZERO = '0'.charCodeAt(0);
const A = 'A'.charCodeAt(0);
