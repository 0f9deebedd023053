import type { SiteInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Format } from '../i18n/format.ts';

/** The first screen of a new server: where sensors must send, and how each kind is connected. */
export function Empty({ site, format }: { site: SiteInfo; format: Format }): JSX.Element {
  const { empty } = format.strings;
  return (
    <section class="empty">
      <h1>{empty.title}</h1>
      <p>{empty.lead}</p>
      {site.addresses.map((address, index) => (
        <Address
          key={address.url}
          url={`${address.host}:${address.port}`}
          isFirst={index === 0}
          format={format}
        />
      ))}
      <dl class="kinds">
        {empty.steps.map((step) => (
          <div key={step.what}>
            <dt>{step.what}</dt>
            <dd>{step.how}</dd>
          </div>
        ))}
      </dl>
      <p class="waiting" role="status">
        <span class="pulse" aria-hidden="true" />
        {empty.waiting}
      </p>
    </section>
  );
}

function Address({ url, isFirst, format }: { url: string; isFirst: boolean; format: Format }): JSX.Element {
  const { empty } = format.strings;
  const [isCopied, setCopied] = useState(false);
  // Browsers give the clipboard to pages of this machine and of HTTPS only.
  const canCopy = isFirst && window.isSecureContext;
  return (
    <p class={isFirst ? 'address is-first' : 'address'}>
      <span class="hidden">{empty.address} </span>
      <code>{url}</code>
      {canCopy && (
        <button
          type="button"
          class="button is-framed"
          onClick={() => void navigator.clipboard.writeText(url).then(() => setCopied(true))}
        >
          {isCopied ? empty.copied : empty.copy}
        </button>
      )}
    </p>
  );
}
