/** The bytes of one exchange of each protocol, field by field, as independent dissectors read them. */
import { expect, test } from '@jest/globals';
import { type ConversationOptions, converse, showWrites } from './testing/conversation.ts';

/** Lines `> hex` and `< hex`; a line without a direction goes on with the one before. Text after `|` is a comment. */
function expected(lines: string): string[] {
  const writes: string[] = [];
  for (const line of lines.trim().split('\n')) {
    const [hex] = line.split('|');
    const [, direction, digits] = /^\s*([<>]?)(.*)$/.exec(hex!)!;
    const bytes = digits!.replaceAll(' ', '');
    if (direction === '') writes.push(`${writes.pop()!}${bytes}`);
    else writes.push(`${direction} ${bytes}`);
  }
  return writes;
}

test.each<[name: string, options: ConversationOptions, golden: string]>([
  [
    'redis: SET with a value',
    {
      protocol: 'redis',
      endpoints: [{ command: 'SET k', reply: 'simple' }],
      requests: [{ command: 'SET k', valueBytes: 3 }],
    },
    `
    > 2a33 0d0a                    | an array of 3
      2433 0d0a 534554 0d0a        | "SET"
      2431 0d0a 6b 0d0a            | "k"
      2433 0d0a 616263 0d0a        | "abc"
    < 2b 4f4b 0d0a                 | OK
    `,
  ],
  [
    'mysql: handshake, a text query, a row',
    {
      protocol: 'mysql',
      bodyBytes: 3,
      endpoints: [{ query: 'SELECT a', columns: ['a int', 'b varchar'] }],
      requests: [{ query: 'SELECT a' }],
    },
    `
    < 4a0000 00 0a                                      | length, packet 0, protocol 10
      382e302e3336 00 04803e00                          | "8.0.36", connection
      09117b1f01615b43 00 0da2 ff 0200 0800 15          | nonce, capabilities, charset, status, more capabilities, size of nonce
      00000000000000000000 790549575b132d6b613b7309 00 | reserved, rest of the nonce
      6d7973716c5f6e61746976655f70617373776f7264 00     | mysql_native_password
    > 570000 01 0da20800 00000004 ff                    | packet 1, capabilities, greatest packet, charset
      0000000000000000000000000000000000000000000000    | reserved
      617070 00                                         | user
      14 739cd82cd8cbe7db8e1cd8c71fb6d0a2d132e9da       | proof of the password
      73686f705f6462 00                                 | database
      6d7973716c5f6e61746976655f70617373776f7264 00     | mysql_native_password
    < 070000 02 00 00 00 0200 0000                      | OK, autocommit
    > 090000 00 03 53454c4543542061                     | COM_QUERY
    < 010000 01 02                                      | two columns
      1f0000 02 03646566 0773686f705f6462 00 00 0161 0161 0c 3f00 14000000 08 8000 00 0000 | a: binary, 20, LONGLONG
      1f0000 03 03646566 0773686f705f6462 00 00 0162 0162 0c ff00 fc030000 fd 0000 00 0000 | b: utf8mb4, 1020, VAR_STRING
      050000 04 fe 0000 0200                            | EOF
      060000 05 0131 03616263                           | "1", "abc"
      050000 06 fe 0000 0200                            | EOF
    > 010000 00 01                                      | COM_QUIT
    `,
  ],
  [
    'mongodb: hello, find',
    {
      protocol: 'mongodb',
      bodyBytes: 3,
      endpoints: [{ collection: 'c', operation: 'find' }],
      requests: [{ collection: 'c', operation: 'find', filter: { a: 1 } }],
    },
    `
    > 99000000 01000000 00000000 dd070000 00000000 00   | length, request 1, OP_MSG, no flags, body
      84000000 10 68656c6c6f00 01000000                 | hello: 1
      08 68656c6c6f4f6b00 01                            | helloOk: true
      03 636c69656e7400 53000000                        | client: { driver: { name, version }, os: { type } }
      03 64726976657200 2d000000
      02 6e616d6500 0f000000 736f6e64652d7363656e6172696f00
      02 76657273696f6e00 02000000 3100 00
      03 6f7300 15000000 02 7479706500 06000000 4c696e757800 00 00
      02 24646200 06000000 61646d696e00 00              | $db: admin
    < 05010000 01000000 01000000 dd070000 00000000 00   | answer to request 1
      f0000000 08 68656c6c6f4f6b00 01
      08 69735772697461626c655072696d61727900 01        | isWritablePrimary: true
      10 6d617842736f6e4f626a65637453697a6500 00000001  | maxBsonObjectSize
      10 6d61784d65737361676553697a65427974657300 006cdc02
      10 6d61785772697465426174636853697a6500 a0860100
      09 6c6f63616c54696d6500 e903000000000000          | localTime
      10 6c6f676963616c53657373696f6e54696d656f75744d696e7574657300 1e000000
      10 636f6e6e656374696f6e496400 04000000            | connectionId
      10 6d696e5769726556657273696f6e00 00000000
      10 6d61785769726556657273696f6e00 11000000        | maxWireVersion: 17
      08 726561644f6e6c7900 00
      01 6f6b00 000000000000f03f 00                     | ok: 1.0
    > 4b000000 02000000 00000000 dd070000 00000000 00
      36000000 02 66696e6400 02000000 6300              | find: "c"
      03 66696c74657200 0c000000 10 6100 01000000 00    | filter: { a: 1 }
      02 24646200 08000000 73686f705f646200 00          | $db: shop_db
    < 89000000 02000000 02000000 dd070000 00000000 00
      74000000 03 637572736f7200 5b000000               | cursor
      04 6669727374426174636800 2c000000 03 3000 24000000
      07 5f696400 6592008000005c3a91000001              | _id
      02 7465787400 04000000 61626300 00 00             | text: "abc"
      12 696400 0000000000000000                        | id: 0
      02 6e7300 0a000000 73686f705f64622e6300 00        | ns: shop_db.c
      01 6f6b00 000000000000f03f 00                     | ok: 1.0
    `,
  ],
  [
    'grpc: two unary calls, the second with headers from the table',
    {
      protocol: 'grpc',
      bodyBytes: 3,
      endpoints: [{ rpc: 'a.B/C' }],
      requests: [
        { rpc: 'a.B/C', messageBytes: 2 },
        { rpc: 'a.B/C', messageBytes: 0 },
      ],
    },
    `
    > 505249202a20485454502f322e300d0a0d0a534d0d0a0d0a  | preface
      00000c 04 00 00000000 0003 00000064 0004 7fffffff | SETTINGS: 100 streams, widest window
      000004 08 00 00000000 7fff0000                    | WINDOW_UPDATE
    < 00000c 04 00 00000000 0003 00000064 0004 7fffffff
      000004 08 00 00000000 7fff0000
    < 000000 04 01 00000000                             | SETTINGS ACK
    > 000000 04 01 00000000
    > 00004d 01 04 00000001 83 86                       | HEADERS of stream 1: POST, http
      44 85606bdd62f7                                   | :path /a.B/C, kept as 62
      41 8744e7ad6923b8ff                               | :authority shop-db:9
      5f 8b1d75d0620d263d4c4d6564                       | content-type application/grpc
      7a 8f9acac8b20f548559042d43b0c7603f               | user-agent
      40 027465 864d833505b11f                          | te trailers
      00 899acac8b24d494f6a7f 867df7df75cb7f            | grpc-timeout 999976u, not kept
      000009 00 01 00000001 00 00000004 0a026162        | DATA, END_STREAM: message of 4 bytes, field 1
    < 00000e 01 04 00000001 88 5f8b1d75d0620d263d4c4d6564 | 200, content-type
      00000a 00 00 00000001 00 00000005 0a03616263      | DATA
      000018 01 05 00000001 40 889acac8b21234da8f 0130  | trailers, END_STREAM: grpc-status 0
      00 899acac8b5254207317f 00                        | grpc-message
    > 000019 01 04 00000003 83 86 c2 c1 c0 bf be        | stream 3: everything was sent before
      00 899acac8b24d494f6a7f 860800000016ff            | grpc-timeout 1000000u
      000005 00 01 00000003 00 00000000                 | an empty message
    < 000002 01 04 00000003 88 bf
      00000a 00 00 00000003 00 00000005 0a03616263
      00000d 01 05 00000003 be 00 899acac8b5254207317f 00
    `,
  ],
])('%s', (_name, options, golden) => {
  expect(showWrites(converse(options).writes)).toEqual(expected(golden));
});
