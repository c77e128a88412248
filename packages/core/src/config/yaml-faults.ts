/** What the parser's error codes mean, in our words: its own messages repeat the text, which may hold a secret. */
import type { ErrorCode } from 'yaml';

/** A fault without its place. */
export interface SyntaxFault {
  readonly says: string;
  readonly remedy: string;
}

const faults: Readonly<Record<ErrorCode, SyntaxFault>> = {
  ALIAS_PROPS: { says: 'an alias has an anchor or a tag of its own', remedy: 'remove it' },
  BAD_ALIAS: { says: 'an anchor or alias has no usable name', remedy: 'name it with letters and digits' },
  BAD_COLLECTION_TYPE: { says: 'a tag does not fit what it stands before', remedy: 'remove the tag' },
  BAD_DIRECTIVE: { says: 'a directive is not well formed', remedy: 'remove it' },
  BAD_DQ_ESCAPE: {
    says: 'an escape in a text in double quotes is unknown',
    remedy: 'write \\\\ for a backslash, or use single quotes',
  },
  BAD_INDENT: {
    says: 'the indentation does not fit',
    remedy: 'indent entries of one mapping or list alike, with spaces',
  },
  BAD_PROP_ORDER: { says: 'an anchor or tag stands before its indicator', remedy: 'move it behind' },
  BAD_SCALAR_START: { says: 'a text begins with a reserved character', remedy: 'put the text in quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    says: 'a mapping or list begins where it cannot',
    remedy: 'begin it on a new line, or put the text in quotes',
  },
  BLOCK_IN_FLOW: {
    says: 'an indented mapping or list stands inside brackets',
    remedy: 'write it with brackets too',
  },
  DUPLICATE_KEY: { says: 'a key is already there', remedy: 'remove one of the two' },
  IMPOSSIBLE: { says: 'the text cannot be read', remedy: 'correct it' },
  KEY_OVER_1024_CHARS: {
    says: 'a key is longer than 1024 characters',
    remedy: 'close the quote, or shorten it',
  },
  MISSING_CHAR: {
    says: 'a character is missing: a closing quote or bracket, a comma, a colon, or a space',
    remedy: 'add it',
  },
  MULTILINE_IMPLICIT_KEY: {
    says: 'a key goes over several lines',
    remedy: 'write it on one line; a colon may be missing before it',
  },
  MULTIPLE_ANCHORS: { says: 'a value has two anchors', remedy: 'remove one' },
  MULTIPLE_DOCS: { says: 'there is more than one document', remedy: 'remove the line ---' },
  MULTIPLE_TAGS: { says: 'a value has two tags', remedy: 'remove both' },
  NON_STRING_KEY: { says: 'a key is not a text', remedy: 'put it in quotes' },
  RESOURCE_EXHAUSTION: { says: 'the nesting is too deep', remedy: 'flatten it' },
  TAB_AS_INDENT: { says: 'a tab is used as indentation', remedy: 'indent with spaces' },
  TAG_RESOLVE_FAILED: { says: 'a tag cannot be understood', remedy: 'remove the tag' },
  UNEXPECTED_TOKEN: {
    says: 'something stands where it cannot',
    remedy: 'check quotes, brackets and colons before it; inside { } and [ ] a reference needs quotes',
  },
};

/** The fault that a code of the parser stands for. */
export function syntaxFault(code: ErrorCode): SyntaxFault {
  return faults[code] ?? faults.IMPOSSIBLE;
}
