import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATTERN_NAMES, PATTERNS, type PatternName } from './patterns.ts';
import { scan } from './scan.ts';

const found = (text: string) => {
  const names: PatternName[] = [];
  return { text: scan(text, (name) => names.push(name)), names };
};

/** A secret that is written in two parts, so that no scanner of sources takes it for a real one. */
const join = (...parts: readonly string[]) => parts.join('');
const KEY_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
const PEM = join('-----BEGIN RSA PRIVATE', ` KEY-----\\n${KEY_BODY}\\n-----END RSA PRIVATE KEY-----`);
const JWT = join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiJqb2UifQ', '.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1g');
const AWS = join('AKIA', 'IOSFODNN7EXAMPLE');
const GITHUB = join('ghp_', 'x7Kq2mPz9Lw4Rt8Vb3Nc6Yd1Hf5Jg0SaQeUi');
const SLACK = join('xoxb-', '17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzzqgy');

/** Each row: text, and what it becomes. `~` stands for the replacement. */
const EXAMPLES: Readonly<Record<PatternName, readonly (readonly [string, string])[]>> = {
  'private-key': [
    [PEM, '~'],
    [`key="${PEM}" loaded`, 'key="~" loaded'],
    [join('-----BEGIN PRIVATE', ' KEY-----'), '~'],
    [join('-----BEGIN OPENSSH PRIVATE', ` KEY-----\n${KEY_BODY}`), '~'],
    [join('-----BEGIN PGP PRIVATE', ' KEY BLOCK-----\nlQOYBF-----END PGP PRIVATE KEY BLOCK----- x'), '~ x'],
  ],
  'url-password': [
    ['connecting to postgres://shop:hunter2@db:5432/shop', 'connecting to postgres://shop:~@db:5432/shop'],
    ['redis://:p%40ss@cache', 'redis://:~@cache'],
    ['amqp://joe:p@ss@mq/', 'amqp://joe:~@mq/'],
    ['mongodb+srv://a:b#c?d@h1,h2', 'mongodb+srv://a:~@h1,h2'],
  ],
  jwt: [
    [`got ${JWT} from cookie`, 'got ~ from cookie'],
    [`${JWT}, ${JWT}`, '~, ~'],
    [
      join(
        'eyJhbGciOiJSU0EtT0FFUCJ9',
        '.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.AxY8DCtDaGlsbGljb3RoZQ.eQ.XFBo',
      ),
      '~',
    ],
  ],
  'aws-access-key': [
    [`id ${AWS}.`, 'id ~.'],
    [join('(ASIA', 'Y34FZKBOKMUTVV7A)'), '(~)'],
  ],
  'github-token': [
    [`clone with ${GITHUB}`, 'clone with ~'],
    [join('github_pat_', '11ABCDEFG0123456789_abcdefghij'), '~'],
  ],
  'gitlab-token': [[join('glpat-', 'x7Kq2mPz9Lw4Rt8Vb3Nc'), '~']],
  'slack-token': [
    [`slack ${SLACK} ok`, 'slack ~ ok'],
    [join('xapp-1-', 'A01-23456789-abcdef'), '~'],
    [
      join('POST https://hooks.slack', '.com/services/T0123/B0456/x7Kq2mPz9Lw4Rt8V 200'),
      'POST https://hooks.slack.com/services/~ 200',
    ],
  ],
  'stripe-key': [
    [join('sk_live_', 'x7Kq2mPz9Lw4Rt8Vb3Nc'), '~'],
    [join('rk_test_', 'x7Kq2mPz9L'), '~'],
  ],
  'google-api-key': [[join('AIza', 'SyD-x7Kq2mPz9Lw4Rt8Vb3Nc6Yd1Hf5Jg0S'), '~']],
  cookie: [
    ['Cookie: sid=31d4d96e407aad42; theme=dark', 'Cookie: ~'],
    ['{"set-cookie":"sid=31d4; Path=/","status":200}', '{"set-cookie":"~","status":200}'],
  ],
  credentials: [
    ['Authorization: Bearer abc', 'Authorization: Bearer ~'],
    ['"authorization":"Basic am9lOnB3","path":"/"', '"authorization":"Basic ~","path":"/"'],
    ['Proxy-Authorization: Digest username="joe", response="6629"', 'Proxy-Authorization: Digest ~'],
    ['authorization=x7Kq2mPz9Lw4Rt8V next', 'authorization=~ next'],
    ['sent bearer 0123456789abcdef', 'sent bearer ~'],
    ['using basic am9lOnNlY3JldA==', 'using basic ~'],
  ],
  secret: [
    ['password=hunter2', 'password=~'],
    ['login user=joe passwd: hunter2, retry=1', 'login user=joe passwd: ~, retry=1'],
    ['{"user":"joe","password":"hun\\"ter 2","n":1}', '{"user":"joe","password":"~","n":1}'],
    ['"{\\"password\\":\\"hunter2\\",\\"n\\":1}"', '"{\\"password\\":\\"~\\",\\"n\\":1}"'],
    ["{'api_key': 'x y', 'n': 1}", "{'api_key': '~', 'n': 1}"],
    ['DB_PASSWORD = hunter2', 'DB_PASSWORD = ~'],
    ['/login?access_token=abc&next=/', '/login?access_token=~&next=/'],
    ['X-Api-Key: abc', 'X-Api-Key: ~'],
    ['clientSecret => "abc"', 'clientSecret => "~"'],
    [join('aws_secret_access_key=wJalrXUtnFEMI', '/K7MDENG/bPxRfiCYEXAMPLEKEY'), 'aws_secret_access_key=~'],
    ['{password=hunter2}', '{password=~}'],
    ['password="hunter2', 'password="~'],
    ['password1=a password2=b', 'password1=~ password2=~'],
    ['db_pwd=x pass=y pin=1234', 'db_pwd=~ pass=~ pin=~'],
    ['<ns:password>hunter 2</ns:password>', '<ns:password>~</ns:password>'],
    ['token: truely', 'token: ~'],
  ],
  email: [
    ['mail to joe.doe+shop@mail.example.com.', 'mail to ~.'],
    ['<joe@example.com>,ann_b@example.org', '<~>,~'],
    ['user=j\u00f6rg@b\u00fccher.example', 'user=~'],
  ],
  'credit-card': [
    ['card 4111111111111111 charged', 'card ~ charged'],
    ['card=4111-1111-1111-1111', 'card=~'],
    ['5500 0000 0000 0004', '~'],
    ['3782 822463 10005', '~'],
    ['378282246310005', '~'],
    ['1234 5678 4111 1111 1111 1111', '1234 5678 ~'],
    ['4222222222222', '~'],
  ],
  iban: [
    ['from DE89 3704 0044 0532 0130 00 to', 'from ~ to'],
    ['GB82WEST12345698765432', '~'],
    ['BE68 5390 0754 7034 THIS MONTH', '~ THIS MONTH'],
    ['NO93 8601 1117 947', '~'],
  ],
};

describe.each(Object.entries(EXAMPLES))('%s', (name, rows) => {
  const check = (text: string, want: string) => {
    const { text: scanned, names } = found(text);
    expect(scanned).toBe(want.replaceAll('~', `[redacted:${name}]`));
    expect(names).toEqual(Array(want.split('~').length - 1).fill(name));
  };
  test.each(rows)('%s -> %s', check);
});

describe('what is no secret stays', () => {
  const check = (text: string) => expect(found(text)).toEqual({ text, names: [] });
  test.each([
    ['GET /cart/42 200 12ms'],
    ['-----BEGIN CERTIFICATE----- MIID -----END CERTIFICATE-----'],
    ['-----BEGIN PUBLIC KEY-----'],
    ['http://shop:8080/a:b@c'],
    ['https://example.com/cart'],
    ['see postgres://db:5432/shop'],
    ['eyJhbGciOiJIUzI1NiJ9 alone is no token'],
    ['AKIATOOSHORT'],
    ['XAKIAIOSFODNN7EXAMPLE'],
    ['ghp_tooshort'],
    ['xoxb-1'],
    ['sk_live_short'],
    ['cookie: too large'],
    ['accept cookies: a=b'],
    ['basic understanding of basic auth'],
    ['bearer authentication required'],
    ['authorization: denied for user'],
    ['max_tokens=100 token_count=5'],
    ['Unexpected token: }'],
    ['password: null, token=None, secret: ****, "api_key": "undefined"'],
    ['"password":""'],
    ['the password is wrong'],
    ['compass: 3 and pwdx=1'],
    ['tests pass: 12'],
    ['root@localhost'],
    ['pkg@1.2.3'],
    ['icon@2x.png'],
    ['image@sha256:0011'],
    ['4111111111111112'],
    ['order 1634884617012359000'],
    ['0.4111111111111111'],
    ['id 41111111111111110000'],
    ['a4111111111111111'],
    ['DE89 3704 0044 0532 0130 01'],
    ['MODULE2024 ALPHA BETA'],
  ])('%s', check);
});

test('an earlier pattern is not hidden by a later one, and both count', () => {
  expect(found(`password=hunter2 by joe@example.com with ${JWT}`)).toEqual({
    text: 'password=[redacted:secret] by [redacted:email] with [redacted:jwt]',
    names: ['jwt', 'secret', 'email'],
  });
});

test('every pattern has examples, and every name a pattern', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...PATTERN_NAMES].sort());
  expect([...new Set(PATTERNS.map(({ name }) => name))].sort()).toEqual([...PATTERN_NAMES].sort());
});

const SAMPLES = Object.values(EXAMPLES).flatMap((rows) => rows.map(([text]) => text));
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...SAMPLES), fc.string({ unit: 'binary' })))
  .map((parts) => parts.join(' '));

test('what is redacted stays redacted: a second scan finds nothing', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = found(text).text;
      expect(found(once)).toEqual({ text: once, names: [] });
    }),
  );
});

/** Begins of secrets that never become one: repeated, they are the most work for the least result. */
const HOSTILE = [
  'a',
  '4',
  ' ',
  '=',
  ':',
  '"',
  '\\',
  '\\"',
  'a@',
  'a.',
  'a@a.',
  'a-',
  '4-',
  '4111 ',
  'eyJ',
  'eyJaaaaaaaa.',
  'DE89 ',
  'AKIA',
  'ghp_',
  'github_pat_',
  'glpat-',
  'xoxb-',
  'sk_live_',
  'AIza',
  'token=',
  'token=,',
  'token="',
  'token:\\"',
  'password',
  '<token>',
  'cookie:',
  'cookie:a',
  'authorization:',
  'authorization: Basic ',
  'bearer ',
  'bearer aaaaaaaa ',
  'basic aaaa',
  'a://',
  'a://b:',
  'a://b:c',
  '-----BEGIN ',
  '-----BEGIN A PRIVATE KEY',
  '-----BEGIN PRIVATE KEY-----',
];

// Were one of them quadratic, a million characters would take ten minutes instead of some milliseconds.
test.each(HOSTILE)('a million characters of "%s" are read in one go', (piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
  const { text: scanned, names } = found(text);
  expect(names.length === 0).toBe(scanned === text);
});
