/** Asking the API when a view opens: what came, what went wrong, and asking again. */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Query } from '../api';
import { useApp } from '../app';
import { explain, t } from '../language';
import { Trouble } from './trouble';

export interface Loaded<T> {
  data: T | undefined;
  problem: string;
  /** Asks again; what is shown stays until then. */
  reload(): Promise<void>;
  set(data: T): void;
}

/** @param path null: nothing to ask for yet */
export function useLoaded<T>(path: string | null, query: Query = {}): Loaded<T> {
  const { api } = useApp();
  const [data, set] = useState<T>();
  const [problem, setProblem] = useState('');
  const key = path === null ? null : JSON.stringify([path, query]);
  const ask = useCallback(
    async (signal?: AbortSignal) => {
      if (path === null) return;
      try {
        const answer = await api.get<T>(path, query, signal);
        if (signal?.aborted) return;
        set(answer);
        setProblem('');
      } catch (error) {
        if (!signal?.aborted) setProblem(explain(error));
      }
    },
    [api, key],
  );
  useEffect(() => {
    const leaving = new AbortController();
    set(undefined);
    void ask(leaving.signal);
    return () => leaving.abort();
  }, [ask]);
  return { data, problem, reload: () => ask(), set };
}

/** Draws what came; until then a word that shows only when it takes long. */
export function Show<T>({ loaded, children }: { loaded: Loaded<T>; children(data: T): ComponentChildren }) {
  const { data, problem, reload } = loaded;
  return (
    <>
      <Trouble problem={problem} reload={reload} />
      {data === undefined ? !problem && <p class="late">{t.loading}</p> : children(data)}
    </>
  );
}
