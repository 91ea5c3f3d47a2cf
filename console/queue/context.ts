/** All that helps to decide about a comment, asked for once somebody looks at it for a moment. */
import { useEffect, useState } from 'preact/hooks';
import type { AdminCommentContext } from '../../worker/contract-admin';
import type { Api } from '../api';
import { explain } from '../language';

/** Whoever walks through the list does not ask for every one. */
const PAUSE_MS = 120;

export interface Asked {
  context?: AdminCommentContext;
  problem?: string;
}

/** @param decision of the comment as it is known: another one, and it is asked again */
export function useContextOf(api: Api, id: string, decision: string | null): Asked {
  const [asked, setAsked] = useState<Asked>({});
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const context = await api.get<AdminCommentContext>(`/admin/comments/${id}`, {}, leaving.signal);
        setAsked({ context });
      } catch (error) {
        if (!leaving.signal.aborted) setAsked({ problem: explain(error) });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [api, id, decision]);
  return asked;
}
