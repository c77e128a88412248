/**
 * Reads how many parameters a function declares. `function.length` stops at the first default value and leaves out a
 * rest parameter; core finds the call by its position and so needs every parameter to count. The source of the
 * function tells the two apart.
 */

/** What is wrong with the parameters of an operation's body. */
export type ParameterFault = 'a rest parameter' | 'a default value';

/** The first thing in the parameter list of `body` that hides parameters; `undefined` when all of them count. */
export function parameterFault(body: (...args: never[]) => unknown): ParameterFault | undefined {
  const list = parameterList(Function.prototype.toString.call(body));
  let depth = 0;
  for (let index = 0; index < list.length; index += 1) {
    const character = list[index] as string;
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (depth > 0) continue;
    else if (list.startsWith('...', index)) return 'a rest parameter';
    else if (character === '=') return 'a default value';
  }
  return undefined;
}

/** Names of the parameters of `body`, as they were written; one that is taken apart has none and is `''`. */
export function parameterNames(body: (...args: never[]) => unknown): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let name = '';
  for (const character of `${parameterList(Function.prototype.toString.call(body))},`) {
    if ('([{'.includes(character)) depth += 1;
    if (depth > 0) name += ' ';
    else if (character !== ',') name += character;
    else {
      if (name !== '') names.push(/^\s*([\w$]+)\s*$/.exec(name)?.[1] ?? '');
      name = '';
    }
    if (')]}'.includes(character)) depth -= 1;
  }
  return names;
}

/** The text between the parentheses of a parameter list, without comments and what is in quotes. */
function parameterList(source: string): string {
  const plain = source
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g, ' ')
    .replace(/^\s*async\b/, '');
  // An arrow function of one bare parameter has no parentheses before its arrow.
  const open = plain.indexOf('(');
  const arrow = plain.indexOf('=>');
  if (open < 0 || (arrow >= 0 && arrow < open)) return '';
  let depth = 0;
  for (let index = open; index < plain.length; index += 1) {
    if ('([{'.includes(plain[index] as string)) depth += 1;
    else if (')]}'.includes(plain[index] as string)) depth -= 1;
    if (depth === 0) return plain.slice(open + 1, index);
  }
  return '';
}
