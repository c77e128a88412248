import { defineCommand } from '../command.ts';
import { completionScripts, shells } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `im completion`. */
export const completion = defineCommand({
  name: 'completion',
  summary: 'Writes the completion script for a shell',
  about: 'The first line of the script says where it belongs.',
  arguments: [{ name: '<shell>', says: 'the shell', choices: shells }],
  options: {},
  examples: [
    ['im completion bash > ~/.local/share/bash-completion/completions/im', 'for bash'],
    ['source <(im completion zsh)', 'for this zsh alone'],
    ['im completion fish | source', 'for this fish alone'],
  ],
  json: '{ shell, script }',
  async run({ args, io, screen, commands }) {
    const shell = shells.find((one) => one === args[0]) ?? 'bash';
    const script = completionScripts[shell](commands);
    if (screen.json) screen.document({ shell, script });
    else io.stdout.write(script);
    return exitCodes.fine;
  },
});
