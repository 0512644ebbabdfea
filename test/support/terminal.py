"""Runs a command on a pseudo-terminal: stdin is what is typed, stdout what is shown; at the end the status, and whether
the terminal echoes and gathers lines as it did, as JSON on stderr."""
import fcntl, json, os, pty, subprocess, sys, termios, threading

master, slave = pty.openpty()


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def pass_on(source, target):
    while True:
        try:
            data = os.read(source, 65536)
        except OSError:
            return
        if not data:
            return
        os.write(target, data)


child = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
threading.Thread(target=pass_on, args=(0, master), daemon=True).start()
shown = threading.Thread(target=pass_on, args=(master, 1), daemon=True)
shown.start()
status = child.wait()
flags = termios.tcgetattr(slave)[3]
os.close(slave)
shown.join(5)
print(json.dumps({"status": status, "echo": bool(flags & termios.ECHO), "lines": bool(flags & termios.ICANON)}), file=sys.stderr)
