import { Icon } from "./Icon";
import { Logo } from "./Logo";

interface HeaderProps {
  online: boolean;
  signedIn: boolean;
  dark: boolean;
  /** Shown where the list has no column of its own. */
  withHistory: boolean;
  onNew(): void;
  onHistory(): void;
  onTheme(): void;
  onSignOut(): void;
}

export function Header(props: HeaderProps) {
  const { online, signedIn, dark, withHistory } = props;
  return (
    <header className={online ? "header" : "header offline"}>
      <Logo />
      <h1>legolab</h1>
      {!online && <span className="tag away">Offline</span>}
      <nav aria-label="App">
        <button className="quiet" onClick={props.onNew} aria-label="New model">
          <Icon name="plus" />
          <span className="wide">New</span>
        </button>
        {withHistory && (
          <button className="quiet" onClick={props.onHistory} aria-label="History">
            <Icon name="history" />
            <span className="wide">History</span>
          </button>
        )}
        <button className="quiet" onClick={props.onTheme} aria-label={dark ? "Light" : "Dark"}>
          <Icon name={dark ? "sun" : "moon"} />
        </button>
        {signedIn && (
          <button className="quiet" onClick={props.onSignOut} aria-label="Sign out">
            <Icon name="out" />
          </button>
        )}
      </nav>
    </header>
  );
}
