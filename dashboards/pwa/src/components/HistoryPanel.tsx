import type { Card } from "../history/database";
import { groupByDay } from "../history/days";
import { progressInShort } from "../words";
import type { Work } from "../work/state";
import { HistoryRow } from "./HistoryRow";
import { Notice } from "./Notice";

interface HistoryPanelProps {
  cards: Card[];
  current: string | null;
  work: Work;
  /** What the order under way changes of a model; empty for something new. */
  change: string;
  trouble: string | null;
  onOpen(id: string): void;
  onBusy(): void;
  onForget(id: string): void;
}

export function HistoryPanel(props: HistoryPanelProps) {
  const { cards, current, work, change, trouble } = props;
  const progress = progressInShort(work);
  return (
    <>
      {trouble && <Notice tone="bad">{trouble}</Notice>}
      {progress !== null && "order" in work && (
        <ul className="history-list">
          <li className={current === null ? "history-row current" : "history-row"}>
            <button className="open" onClick={props.onBusy}>
              <span className="thumbnail waiting" />
              <span>
                {work.order.prompt}
                {change && <small>{change}</small>}
                <small>{progress}</small>
              </span>
            </button>
          </li>
        </ul>
      )}
      {cards.length === 0 && progress === null && (
        <p className="second empty">What you build is kept here, also without a network.</p>
      )}
      {groupByDay(cards, Date.now()).map(([day, models]) => (
        <section key={day} aria-label={day}>
          <h3>{day}</h3>
          <ul className="history-list">
            {models.map((card) => (
              <HistoryRow
                key={card.id}
                card={card}
                current={card.id === current}
                onOpen={() => props.onOpen(card.id)}
                onForget={() => props.onForget(card.id)}
              />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
