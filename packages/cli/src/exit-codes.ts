/** What the exit code of `im` says. Scripts may rely on it; `docs/cli.md` shows the table. */
export const exitCodes = {
  /** Done, and nothing is wrong. */
  fine: 0,
  /** It ran, and something is wrong: a check failed, a case failed, a vendor refused. */
  wrong: 1,
  /** The command line is wrong: nothing was done. */
  usage: 2,
  /** The configuration or the options cannot be used: every fault was printed. */
  configuration: 3,
  /** What is needed cannot be reached now: a hub, a vendor, an address to listen on. Trying again may help. */
  unavailable: 4,
  /** A package must be installed first: the command for it was printed. */
  missingPackage: 5,
  /** Stopped by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means, for the documentation. */
export const exitMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.fine, 'fine'],
  [exitCodes.wrong, 'something is wrong: a check or a case failed, a vendor refused'],
  [exitCodes.usage, 'the command line is wrong; nothing was done'],
  [exitCodes.configuration, 'the configuration or the options cannot be used; every fault was printed'],
  [exitCodes.unavailable, 'a hub, a vendor or an address cannot be had now; trying again may help'],
  [exitCodes.missingPackage, 'a package must be installed first; the command was printed'],
  [exitCodes.interrupted, 'stopped by Ctrl-C'],
  [exitCodes.terminated, 'stopped by SIGTERM'],
];
