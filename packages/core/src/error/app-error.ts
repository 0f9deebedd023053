/** What a catalogue says about one kind of failure. */
export interface ErrorKind {
  /** One sentence for the person who meets it, with `{name}` places for the details. */
  readonly message: string;
  /** HTTP status when it reaches a client over HTTP. */
  readonly status: number;
  /** Whether trying the same thing again later can succeed. */
  readonly retryable: boolean;
}

export type ErrorCatalogue = Readonly<Record<string, ErrorKind>>;
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/**
 * A failed operation: a code from a catalogue, a message that says what was expected, what came and where, and the
 * details as data. Rubbish from outside is a value, not an `AppError`; see STYLE.md, Errors.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(code: string, kind: ErrorKind, details: ErrorDetails, cause?: unknown) {
    super(fillTemplate(kind.message, details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = kind.status;
    this.retryable = kind.retryable;
    this.details = details;
  }
}

/** A function that makes the errors of one catalogue; each package has one. */
export function errorMaker<C extends ErrorCatalogue>(
  catalogue: C,
): (code: keyof C & string, details?: ErrorDetails, cause?: unknown) => AppError {
  return (code, details = {}, cause) => {
    const kind = catalogue[code];
    assert(kind !== undefined, `unknown error code ${code}`);
    return new AppError(code, kind, details, cause);
  };
}

/** A broken invariant of our own: never caught, so that the state in the message reaches the log. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

function fillTemplate(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(details[name] ?? place));
}
