import type { Card } from "../history/database";
import { useBlobUrl } from "../hooks/useBlobUrl";
import { bricksInWords, verdictInShort } from "../words";
import { Icon } from "./Icon";

interface HistoryRowProps {
  card: Card;
  current: boolean;
  onOpen(): void;
  onForget(): void;
}

export function HistoryRow({ card, current, onOpen, onForget }: HistoryRowProps) {
  const picture = useBlobUrl(card.thumbnail);
  return (
    <li className={current ? "history-row current" : "history-row"}>
      <button className="open" onClick={onOpen} aria-current={current ? "true" : undefined}>
        <span className="thumbnail">{picture && <img src={picture} alt="" />}</span>
        <span>
          {card.caption}
          {card.change && <small>{card.change}</small>}
          <small className={card.verdict.toLowerCase()}>
            {bricksInWords(card.bricks)}, {verdictInShort(card)}
          </small>
        </span>
      </button>
      <button className="quiet" aria-label={`Delete ${card.caption}`} onClick={onForget}>
        <Icon name="trash" />
      </button>
    </li>
  );
}
