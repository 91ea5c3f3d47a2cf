/** A question in front of everything else; Escape and Cancel mean no. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { explain, t } from '../language';

/** Another dialog takes this one's place. */
export const STAY = Symbol('stay');

interface Props {
  title: string;
  children: ComponentChildren;
  /** What the button says that does it; without one there is only Close. */
  go?: string;
  /** Whether what it does is hard to take back. */
  grave?: boolean;
  /** Does it; then the dialog closes, unless the answer is STAY. What goes wrong it says, and stays. */
  onGo?(form: FormData): Promise<unknown> | undefined;
  onClose(): void;
}

export function Dialog({ title, children, go, grave, onGo, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current!.showModal(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const done = await onGo?.(new FormData(event.currentTarget as HTMLFormElement));
      if (done !== STAY) dialog.current?.close();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <p role="alert" class="problem">
          {problem}
        </p>
        <p class="row end">
          <button type="button" onClick={() => dialog.current?.close()}>
            {go ? t.cancel : t.close}
          </button>
          {go && (
            <button class={grave ? 'go grave' : 'go'} type="submit" disabled={busy}>
              {go}
            </button>
          )}
        </p>
      </form>
    </dialog>
  );
}
