/** Lists that come in pages, by a cursor. */
import { useEffect, useState } from 'preact/hooks';
import type { Query } from '../api';
import { useApp } from '../app';
import { explain } from '../language';

export interface Paged<R> {
  rows: R[];
  problem: string;
  loading: boolean;
  /** Null when all are there. */
  more: (() => Promise<void>) | null;
  reload(): Promise<void>;
}

/** @param read rows and cursor of an answer */
export function usePaged<T, R>(
  path: string,
  query: Query,
  read: (answer: T) => { rows: R[]; next: string | null },
): Paged<R> {
  const { api } = useApp();
  const [state, setState] = useState<{ rows: R[]; next: string | null }>({ rows: [], next: null });
  const [problem, setProblem] = useState('');
  const [loading, setLoading] = useState(true);
  const ask = async (after: string | null, signal?: AbortSignal) => {
    setLoading(true);
    try {
      const { rows, next } = read(await api.get<T>(path, { ...query, after }, signal));
      setState((old) => ({ rows: after === null ? rows : [...old.rows, ...rows], next }));
      setProblem('');
    } catch (error) {
      if (signal?.aborted) return;
      setProblem(explain(error));
    }
    setLoading(false);
  };
  useEffect(() => {
    const leaving = new AbortController();
    void ask(null, leaving.signal);
    return () => leaving.abort();
  }, [api, path, JSON.stringify(query)]);
  const { rows, next } = state;
  return { rows, problem, loading, more: next === null ? null : () => ask(next), reload: () => ask(null) };
}
