/** Documents that scenarios store and find. */
import { filler, isFiller } from '../../filler.ts';
import { ByteWriter, decodeText, encodeText } from '../bytes.ts';
import { type Bson, type Document, ObjectId } from './bson.ts';

/** `count` documents with a text of `textBytes` each. */
export const makeDocuments = (count: number, textBytes: number): Document[] =>
  Array.from({ length: count }, (_, index) => ({
    _id: new ObjectId(
      new ByteWriter()
        .uintBe(0x65920080, 4)
        .uintBe(0x5c3a91, 5)
        .uintBe(index + 1, 3)
        .finish(),
    ),
    text: decodeText(filler(textBytes)),
  }));

/** Whether a found document is as makeDocuments() made it. */
export function isWellFilled(document: Bson): boolean {
  const text = (document as Document).text;
  return typeof text === 'string' && isFiller(encodeText(text), 0);
}
